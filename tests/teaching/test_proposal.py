"""A till whose words nobody knows is taught from three receipts; what may be chance is never taken by itself."""

from pathlib import Path

import pytest

from agent.errors import TillpostError
from agent.formats import StoreContext, format_from_text, load_format, read_paper
from agent.formats.roles import Role
from agent.receipt import State
from agent.teaching import Lesson, Proposal, Sample, as_toml, propose
from tests.formats.printed import SALE, lines_of
from tests.teaching.kiosk import WORDS, kiosk

GERMANY = StoreContext(country="DE", currency="EUR")
GENERIC = load_format("generic")
NOTHING = Lesson()
THREE = (kiosk(1001, 0, 1), kiosk(1002, 2, 3), kiosk(1003, 1, 4, 0))


def taught(*samples: Sample, given: Lesson = NOTHING, context: StoreContext = GERMANY) -> Proposal:
    return propose(samples, GENERIC, context, given, lambda _, __: None)


def test_unknown_words_are_understood_by_what_closes() -> None:
    proposal = taught(*THREE)
    assert proposal.is_good, proposal.faults
    assert not proposal.doubts
    assert [(r.state, r.award_base, r.tax, r.total) for r in proposal.readings] == [
        (State.ACCEPTED, 327, 23, 350),
        (State.ACCEPTED, 1144, 80, 1224),
        (State.ACCEPTED, 438, 31, 469),
    ]
    assert [reading.number for reading in proposal.readings] == ["1001", "1002", "1003"]
    assert (proposal.lesson.order, proposal.lesson.decimal) == ("dmy", ",")


def test_what_is_written_reads_receipts_that_were_not_among_them(tmp_path: Path) -> None:
    text = as_toml(taught(*THREE).lesson, "kiosk", "generic", 3)
    form = format_from_text(text, "kiosk.toml", tmp_path)
    (reading,) = read_paper(kiosk(2077, 3, 3, 4).lines, form, GERMANY)
    assert (reading.state, reading.total, reading.number) == (State.ACCEPTED, 1917, "2077")
    assert form.seen_in_service


def test_a_till_that_generic_reads_needs_nothing_but_its_habits() -> None:
    lines = lines_of(SALE)
    numbered = [
        Sample(f"{n}", tuple(line.replace("200184", str(200184 + n)).replace("0188", f"018{n}") for line in lines))
        for n in range(3)
    ]
    proposal = taught(*numbered, context=StoreContext())
    assert proposal.is_good, proposal.faults
    assert proposal.lesson.labels == ()
    assert proposal.lesson.identifiers == ()


def test_a_discount_on_one_receipt_is_named_by_a_person() -> None:
    lines = list(THREE[0].lines)
    lines.insert(4, f"{'Treuebonbon':<22}{'-0,50':>10}")
    for at, amount in ((6, 280), (7, 20), (8, 300), (10, 200)):
        lines[at] = f"{lines[at][:22]}{f'{amount / 100:.2f}'.replace('.', ','):>10}"
    samples = (*THREE[1:], kiosk(1005, 0, 3), Sample("with a discount", tuple(lines)))
    assert taught(*samples).readings[-1].award_base == 280
    said = taught(*samples, given=NOTHING.saying("discount", "Treuebonbon"))
    assert said.is_good, said.faults
    assert said.readings[-1].discount == 50


def test_a_word_that_proves_one_receipt_only_is_a_doubt() -> None:
    odd = {**WORDS, "net": "Ohne alles", "tax": "Fuer alle 7%", "total": "Macht dann"}
    proposal = taught(*THREE, kiosk(1004, 0, 2, words=odd))
    assert proposal.doubts or not proposal.is_good


def test_an_article_that_closes_a_sum_by_chance_is_a_doubt() -> None:
    """The list of articles is a line short of the total, and one article has just that price."""
    lines = [line for line in THREE[0].lines if not line.startswith(("Warenwert", "Staatsanteil"))]
    lines[4:4] = ["Seife                     1,19"]
    proposal = taught(*THREE[1:], kiosk(1005, 0, 3), Sample("odd", tuple(lines)))
    assert proposal.doubts or not proposal.is_good


def test_what_a_person_said_is_never_overruled() -> None:
    given = Lesson().saying("info", "Zum Mitnehmen").saying("number", "Zettelchen:")
    lesson = taught(*THREE, given=given).lesson
    assert (Role.INFO, "zum mitnehmen") in lesson.labels
    assert lesson.identifiers == (("number", "zettelchen"),)


def test_a_receipt_that_does_not_add_up_is_named_and_spoils_not_the_others() -> None:
    one_cent_off = tuple(line.replace("12,24", "12,25") for line in THREE[1].lines)
    proposal = taught(Sample("broken", one_cent_off), *THREE[::2])
    assert [fault.split(":")[0] for fault in proposal.faults] == ["broken"]
    assert (Role.TOTAL, "zum mitnehmen") in proposal.lesson.labels


def test_copies_of_one_receipt_are_refused() -> None:
    assert any("given twice" in fault for fault in taught(THREE[0], THREE[0], THREE[1]).faults)


def test_a_phone_that_never_changes_is_not_taken_for_the_customers() -> None:
    same = [kiosk(n, 0, n % 4, phone="030 5550100") for n in (1001, 1002, 1003)]
    changing = [kiosk(n, 0, n % 4, phone=f"030 55501{n % 100:02}") for n in (1001, 1002, 1003)]
    assert taught(*same).lesson.customer == ()
    proposal = taught(*changing)
    assert proposal.lesson.customer == ("stammgast",)
    assert [reading.phone for reading in proposal.readings] == ["0305550101", "0305550102", "0305550103"]


def test_a_currency_that_contradicts_the_store_is_a_fault() -> None:
    proposal = taught(*THREE, given=Lesson(currency="EUR"), context=StoreContext())
    assert any("store.currency is USD" in fault for fault in proposal.faults)


@pytest.mark.parametrize(
    ("field", "phrase", "words"), [("totl", "x", "did you mean 'total'"), ("total", "12", "no words")]
)
def test_what_cannot_be_said_is_refused_in_words(field: str, phrase: str, words: str) -> None:
    with pytest.raises(TillpostError, match=words):
        Lesson().saying(field, phrase)


def test_signs_of_a_phrase_mean_themselves() -> None:
    lesson = Lesson().saying("number", "Nr. (intern)").saying("total", "Summe (brutto)")
    assert lesson.identifiers == (("number", r"nr\. \(intern\)"),)
    text = as_toml(lesson, "x", "generic", 3)
    assert r'number = ["nr\\. \\(intern\\)"]' in text
    assert format_from_text(text, "x.toml").identifiers.number[0] == r"nr\. \(intern\)"
