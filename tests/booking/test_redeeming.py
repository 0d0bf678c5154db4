"""Redeeming: reserved at a register, proven by its next receipt, else given back by itself; people bound there."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from agent.booking import answered, ask, bind, give_back
from agent.booking.redeeming import setting_of
from agent.courier import sweep
from agent.errors import TillpostError
from agent.ledger import bindings, flags, redemptions, tasks
from agent.ledger.redemptions import redemptions_page
from agent.providers import Call, Idempotency, Refused, Reservation, Reward, Traits, Unknown
from agent.receipt import Item, Kind, Receipt
from agent.settings import Programme, RewardSettings
from tests.booking.shop import ANN, BEN, KEYED, STORE, Shop, nobody, rules, stored
from tests.ledger.facts import CLOUD, sale

CASHIER = "cashier 7"
WAYS = {**KEYED, Call.REDEEM: Idempotency.KEY, Call.RELEASE: Idempotency.KEY}
FIVE_OFF = Reward("FIVE", "5.00 off", cost=100, value=500)
TENTH = Reward("TENTH", "a tenth off", percent=10)
SETTINGS = (
    RewardSettings(code="FIVE", value=500, key="LOYALTY 5", shows=("LOYALTY",)),
    RewardSettings(code="TENTH", percent=Decimal(10), key="-10%"),
    RewardSettings(code="BALL", item="rubber ball", key="FREE ITEM"),
    RewardSettings(code="SPEND", name="wallet", key="LOYALTY TENDER", shows=("LOYALTY",)),
)
HELD = Reservation("res-1", "FIVE", "5.00 off", value=500)


@pytest.fixture
def till(shop: Shop) -> Shop:
    shop.rules = rules(ways=WAYS, points=Programme(provider=CLOUD, rewards=SETTINGS))
    return shop


def reserve(shop: Shop, reward: Reward = FIVE_OFF, customer: dict[str, str] = ANN, register: str = "front") -> int:
    number = ask(shop.db, shop.rules, register, "points", reward, customer, CASHIER, shop.now)
    held = replace(HELD, reward=reward.code, value=reward.value)
    assert answered(shop.db, number, held, shop.now) == "reserved"
    return number


def discounted(off: int = 500, label: str = "LOYALTY REWARD", number: int = 1, **more: Any) -> Receipt:
    plain = nobody(number, discount=off, discounts=((label, off),), award_base=5500 - off, total=5500 - off, tax=0)
    return replace(plain, **more)


def page(shop: Shop) -> dict[str, Any]:
    return redemptions_page(shop.db)[0]


def test_the_next_receipt_of_the_register_proves_it_and_the_cloud_is_told(till: Shop) -> None:
    reserve(till)
    receipt = till.book(discounted())
    award, redeem = sorted(till.deliver(), key=lambda body: body["kind"])
    assert (redeem["kind"], redeem["reservation"]["id"], redeem["shown"]) == ("redeem", "res-1", 500)
    assert redeem["receipt"]["number"] == "1001"
    assert (award["points"], award["customer"]) == (50, {"phone": "+14155550101"}), "whoever redeems earns, too"
    assert (page(till)["state"], page(till)["receipt_id"]) == ("redeemed", receipt)


def test_proven_but_not_delivered_is_not_yet_redeemed(till: Shop) -> None:
    reserve(till)
    till.book(discounted())
    assert page(till)["state"] == "proven"


@pytest.mark.parametrize(
    "paper",
    [
        discounted(label="MANAGER DISCOUNT"),
        nobody(1),
        discounted(register="2"),
        discounted(kind=Kind.RETURN, award_base=-5000, total=-5000),
        discounted(phone=BEN["phone"]),
    ],
    ids=["another discount", "no discount", "another register", "a return", "another customer"],
)
def test_other_receipts_prove_nothing_and_it_goes_back_by_itself(till: Shop, paper: Receipt) -> None:
    reserve(till, register="1")
    till.book(paper)
    assert page(till)["state"] == "reserved"
    till.after_s = 14 * 60 + 61
    sweep(till.db, till.now)
    assert page(till)["state"] == "unproven"
    released = [body for body in till.deliver() if body["kind"] == "release"]
    assert [body["reservation"]["id"] for body in released] == ["res-1"]
    assert [task["role"] for task in tasks.waiting(till.db) if task["kind"] == "redemption_unproven"] == ["manager"]
    assert [flag["kind"] for flag in flags.flags_page(till.db)] == ["no_discount"]


def test_a_receipt_after_its_time_proves_nothing(till: Shop) -> None:
    reserve(till)
    till.after_s = 14 * 60 + 61
    till.book(discounted())
    assert page(till)["state"] == "reserved"
    sweep(till.db, till.now)
    assert page(till)["state"] == "unproven"


def test_a_receipt_read_late_counts_by_when_it_was_captured(till: Shop) -> None:
    """The agent was down; the tap kept the receipt."""
    reserve(till)
    till.after_s = 60
    paper = discounted()
    till.book(paper)
    assert page(till)["state"] == "proven"


def test_after_a_restart_the_wall_clock_decides(till: Shop) -> None:
    reserve(till)
    till.boot, till.after_s = "another1", 120
    sweep(till.db, till.now)
    assert page(till)["state"] == "reserved"
    till.book(discounted())
    assert page(till)["state"] == "proven"


def test_a_percentage_is_proven_by_its_amount(till: Shop) -> None:
    reserve(till, TENTH)
    till.book(discounted(549, "10%"))
    assert page(till)["state"] == "proven"


def test_another_amount_than_a_tenth_is_no_proof(till: Shop) -> None:
    reserve(till, TENTH)
    till.book(discounted(500, "EMPLOYEE"))
    assert page(till)["state"] == "reserved"


@pytest.mark.parametrize(
    ("items", "off"),
    [
        ((Item("Rubber ball", 1, 0), Item("Leash", 1, 1500)), ()),
        ((Item("Rubber ball", 1, 599), Item("Leash", 1, 1500)), (("FREE ITEM", 599),)),
        ((Item("Rubber balls", 2, 1198), Item("FREE", 1, -599)), ()),
    ],
    ids=["at price 0", "at its price with as much off", "one of two"],
)
def test_a_free_item_is_proven_by_its_line(till: Shop, items: Any, off: Any) -> None:
    reserve(till, Reward("BALL", "free ball", item="rubber ball"))
    till.book(nobody(1, items=items, discounts=off, discount=sum(amount for _, amount in off)))
    assert page(till)["state"] == "proven"


def test_less_than_promised_is_proven_and_flagged(till: Shop) -> None:
    reserve(till)
    till.book(discounted(300))
    (redeem,) = [body for body in till.deliver() if body["kind"] == "redeem"]
    assert redeem["shown"] == 300
    assert [flag["kind"] for flag in flags.flags_page(till.db)] == ["other_discount"]


def test_a_spend_travels_inside_the_award_where_the_cloud_wants_it_so(till: Shop) -> None:
    """With the amount the paper shows, not the one that was keyed before."""
    till.rules = replace(till.rules, traits={CLOUD: Traits(spends_in_award=True)})
    number = ask(till.db, till.rules, "front", "points", Reward("SPEND", "wallet", value=1000), ANN, CASHIER, till.now)
    answered(till.db, number, Reservation("s-1", "SPEND", value=1000), till.now)
    till.book(nobody(1, tenders=(("LOYALTY", 800), ("CASH", 1690))))
    (award,) = till.deliver()
    assert (award["kind"], award["spend"]["id"], award["spend"]["value"]) == ("award", "s-1", 800)
    assert page(till)["state"] == "redeemed"


def test_given_back_by_the_cashier(till: Shop) -> None:
    number = reserve(till)
    assert give_back(till.db, till.rules, number, CASHIER, till.now)
    assert not give_back(till.db, till.rules, number, CASHIER, till.now)
    (body,) = till.deliver()
    assert (body["kind"], page(till)["state"]) == ("release", "released")
    till.book(discounted())
    assert page(till)["state"] == "released"


def test_one_reward_a_receipt_unless_the_store_says_otherwise(till: Shop) -> None:
    reserve(till)
    with pytest.raises(TillpostError, match="another reward is open"):
        reserve(till, TENTH)
    till.rules = rules(ways=WAYS, points=Programme(provider=CLOUD, rewards=SETTINGS, stacking="any"))
    reserve(till, TENTH)


def test_never_means_never(till: Shop) -> None:
    till.rules = rules(points=Programme(provider=CLOUD, redeem="never"))
    with pytest.raises(TillpostError, match="not redeemed at this till"):
        reserve(till)


@pytest.mark.parametrize("answer", [Refused("not enough"), Unknown("no answer")])
def test_what_the_cloud_did_not_reserve_is_over(till: Shop, answer: Any) -> None:
    number = ask(till.db, till.rules, "front", "points", FIVE_OFF, ANN, CASHIER, till.now)
    assert answered(till.db, number, answer, till.now) == "refused"
    asked = [task["kind"] for task in tasks.waiting(till.db)]
    assert asked == (["reservation_unknown"] if isinstance(answer, Unknown) else [])


def test_the_clouds_own_shorter_limit_counts(till: Shop) -> None:
    number = ask(till.db, till.rules, "front", "points", FIVE_OFF, ANN, CASHIER, till.now)
    answered(till.db, number, replace(HELD, expires_in_s=300), till.now)
    assert redemptions.load(till.db, number).wait.lasts_ms == 300_000


def test_the_box_died_while_the_cloud_was_asked(till: Shop) -> None:
    ask(till.db, till.rules, "front", "points", FIVE_OFF, ANN, CASHIER, till.now)
    till.after_s = 3600
    sweep(till.db, till.now)
    assert [task["kind"] for task in tasks.waiting(till.db)] == ["reservation_unknown"]


def test_a_voided_sale_gives_its_reward_back_when_the_manager_says_so(till: Shop) -> None:
    reserve(till)
    paper = discounted()
    till.book(paper)
    till.deliver()
    till.book(replace(paper, kind=Kind.VOID, award_base=0, discounts=()))
    assert till.deliver() == []
    (task,) = tasks.waiting(till.db)
    assert list(task["choices"]) == ["Take them back", "Leave them"]


def test_settings_unknown_to_the_store_still_redeem_by_any_discount(till: Shop) -> None:
    assert setting_of(till.rules.programmes["points"], "OFFER-9").shows == ()
    reserve(till, Reward("OFFER-9", "an offer of the cloud's own"))
    till.book(discounted(123, "PROMO"))
    assert page(till)["state"] == "proven"


class TestBound:
    """Whoever stands at a register."""

    def test_the_next_receipt_there_is_theirs_and_only_that_one(self, shop: Shop) -> None:
        bind(shop.db, shop.rules, "front", ANN, 10, CASHIER, shop.now)
        shop.after_s = 30
        shop.book(nobody(1))
        shop.book(nobody(2))
        assert [body["customer"] for body in shop.deliver()] == [{"phone": "+14155550101"}]

    def test_not_at_another_register_and_not_too_late(self, shop: Shop) -> None:
        bind(shop.db, shop.rules, "2", ANN, 10, CASHIER, shop.now)
        shop.book(nobody(1))
        shop.after_s = 601
        shop.book(nobody(2, register="2"))
        assert shop.deliver() == []
        sweep(shop.db, shop.now)
        assert bindings.bindings_page(shop.db) == []

    def test_the_paper_wins_and_they_are_gone_all_the_same(self, shop: Shop) -> None:
        bind(shop.db, shop.rules, "front", ANN, 10, CASHIER, shop.now)
        shop.book(sale(1, phone=BEN["phone"]))
        shop.book(nobody(2))
        assert [body["customer"]["phone"] for body in shop.deliver()] == ["+14155550102"]

    def test_whoever_comes_next_takes_their_place(self, shop: Shop) -> None:
        for customer in (ANN, BEN):
            bind(shop.db, shop.rules, "front", customer, 10, CASHIER, shop.now)
        assert [row["person"] for row in bindings.bindings_page(shop.db, "front")] == [{"phone": "***0102"}]
        shop.book(nobody(1))
        assert [body["customer"]["phone"] for body in shop.deliver()] == ["+14155550102"]
        assert shop.db.execute("SELECT count(*) FROM bindings WHERE customer <> '{}'").fetchone()[0] == 0

    def test_a_held_receipt_keeps_them_for_when_it_is_proven(self, shop: Shop) -> None:
        bind(shop.db, shop.rules, "front", ANN, 10, CASHIER, shop.now)
        receipt = shop.book(nobody(1, currency="EUR"))
        assert stored(shop.db, receipt).phone is None
        assert bindings.bindings_page(shop.db) == []

    def test_by_paper_or_by_tablet_only(self, shop: Shop) -> None:
        shop.rules = rules(STORE.model_copy(update={"customer_source": "receipt"}))
        with pytest.raises(TillpostError, match="only from what the till prints"):
            bind(shop.db, shop.rules, "front", ANN, 10, CASHIER, shop.now)
        shop.rules = rules(STORE.model_copy(update={"customer_source": "tablet"}))
        shop.book(sale(1))
        assert shop.deliver() == []
        bind(shop.db, shop.rules, "front", ANN, 10, CASHIER, shop.now)
        shop.book(sale(2))
        assert [body["customer"]["phone"] for body in shop.deliver()] == ["+14155550101"]


@pytest.mark.parametrize(("label", "kinds"), [("EMPLOYEE 10%", ["stacked"]), ("SENIOR DAY", [])])
def test_a_reward_beside_an_employee_discount_is_flagged(till: Shop, label: str, kinds: list[str]) -> None:
    reserve(till)
    till.book(replace(discounted(), discounts=(("LOYALTY REWARD", 500), (label, 300)), discount=800))
    assert page(till)["state"] == "proven"
    assert [flag["kind"] for flag in flags.flags_page(till.db)] == kinds
