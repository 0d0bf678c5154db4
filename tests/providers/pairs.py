"""pairs: every adapter beside the sandbox cloud it must get on with; a new adapter is one more line in PAIRS."""

import tomllib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from agent.clock import SystemClock
from agent.providers import Call, Fact, Idempotency, Provider
from agent.providers import transaction as sale
from agent.providers.registry import connect
from agent.sandboxes.astro import CLIENT, PASSWORD, USER, AstroCloud
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.crm_com import KEY as CRM_KEY
from agent.sandboxes.crm_com import CrmComCloud
from agent.sandboxes.fivestars import KEY as FIVESTARS_KEY
from agent.sandboxes.fivestars import TEMPLATES, FivestarsCloud
from agent.sandboxes.misbehaviour import Call as Door
from agent.sandboxes.misbehaviour import Fault
from agent.sandboxes.plain_http import TOKEN, PlainHttpCloud
from agent.sandboxes.sessionm import KEY, SECRET, SessionmCloud
from agent.sandboxes.tapmango import KEY as TAPMANGO_KEY
from agent.sandboxes.tapmango import TapmangoCloud
from agent.settings.clouds import (
    AstroSettings,
    CrmComSettings,
    FivestarsSettings,
    PlainHttpSettings,
    ProviderSettings,
    SessionmSettings,
    TapmangoSettings,
)

PATIENT_S, IMPATIENT_S = 30.0, 0.6
"""The adapter's time-out: long, so that a busy machine fails no test; short where a check lets it pass."""
APPLIED_UNSEEN = (Fault.ERROR_AFTER, Fault.DROP_AFTER, Fault.GARBAGE)
"""The cloud has done it, but the adapter cannot know."""


@dataclass(frozen=True, slots=True)
class Pair:
    """`key_of`: under which key the cloud books a fact. `check_door`: where the sandbox is asked by `check`.

    `applied_unseen`: faults of this cloud after which the adapter cannot know. `judges_points`: it looks at the points
    of a fact, and refuses nonsense. `forgets`: a key applied twice counts twice there.
    """

    provider: Provider
    cloud: SandboxCloud
    key_of: Callable[[Fact], str]
    check_door: Door = Door.CHECK
    applied_unseen: tuple[Fault, ...] = APPLIED_UNSEEN
    judges_points: bool = False
    forgets: bool = True

    @property
    def rule(self) -> Idempotency:
        return self.provider.idempotency[Call.AWARD]

    def applied(self, fact: Fact) -> int:
        """How often the cloud booked it; 1 is right."""
        return self.cloud.book.applied(self.key_of(fact))

    def asked(self, fact: Fact) -> int:
        return self.cloud.book.asked[self.key_of(fact)]

    def points(self, phone: str) -> int:
        return self.cloud.book.points(phone=phone)


Open = Callable[[float], AbstractAsyncContextManager[Pair]]
Cloud = Callable[[], SandboxCloud]
Settings = Callable[[str, float], ProviderSettings]


def pair(cloud: Cloud, settings: Settings, key_of: Callable[[Fact], str], **traits: Any) -> Open:
    @asynccontextmanager
    async def opened(patience_s: float) -> AsyncIterator[Pair]:
        async with cloud() as sandbox:
            provider = connect("sandbox", settings(sandbox.url, patience_s), SystemClock())
            try:
                yield Pair(provider, sandbox, key_of, **traits)
            finally:
                await provider.close()

    return opened


def plain_http(keeps: Idempotency = Idempotency.KEY, batch: int = 50) -> Open:
    def settings(url: str, patience_s: float) -> ProviderSettings:
        return PlainHttpSettings(
            base_url=url,
            token=TOKEN,
            timeout_s=patience_s,
            page_timeout_s=patience_s,
            batch=batch,
            idempotency=keeps.value,
            speaks=("checked_in", "sign_up", "estimate", "rewards", "void", "products"),
        )

    unseen = (*APPLIED_UNSEEN, Fault.WRONG_KEY)
    return pair(
        lambda: PlainHttpCloud(keeps=keeps),
        settings,
        lambda fact: str(fact["key"]),
        applied_unseen=unseen,
        judges_points=True,
    )


def sessionm(**fields: Any) -> Open:
    def settings(url: str, patience_s: float) -> ProviderSettings:
        return SessionmSettings(
            base_url=url,
            key=KEY,
            secret=SECRET,
            client_id="c",
            store_id="s",
            timeout_s=patience_s,
            page_timeout_s=patience_s,
            **fields,
        )

    unseen = (*APPLIED_UNSEEN, Fault.PENDING)
    return pair(SessionmCloud, settings, sale.request_id, check_door=Door.MEMBERS, applied_unseen=unseen, forgets=False)


def crm_com(generation: str, **fields: Any) -> Open:
    of_generation = {"A": {"web_api_user": "sandbox"}, "B": {"tap": "tap-1"}, "C": {"organisation_id": "org-1"}}

    def settings(url: str, patience_s: float) -> ProviderSettings:
        known = {"base_url": url, "api_key": CRM_KEY, "generation": generation}
        made = CrmComSettings.model_validate(known | of_generation[generation] | fields)
        return made.model_copy(update={"timeout_s": patience_s, "page_timeout_s": patience_s})

    doors = {"A": Door.CHECK, "B": Door.READ_BACK, "C": Door.MEMBERS}
    return pair(lambda: CrmComCloud(generation), settings, sale.reference, check_door=doors[generation])


def tapmango(**fields: Any) -> Open:
    def settings(url: str, patience_s: float) -> ProviderSettings:
        known = {"base_url": url, "api_key": TAPMANGO_KEY, "timeout_s": patience_s, "page_timeout_s": patience_s}
        return TapmangoSettings.model_validate(known | {"phone_index_miss_s": 0} | fields)

    def key_of(fact: Fact) -> str:
        return f"{fact['receipt']['subtotal'] / 100:.2f}"

    return pair(TapmangoCloud, settings, key_of)


def astro(**fields: Any) -> Open:
    def settings(url: str, patience_s: float) -> ProviderSettings:
        login = {"username": USER, "password": PASSWORD, "client_id": CLIENT}
        known = {"base_url": url, **login, "timeout_s": patience_s, "page_timeout_s": patience_s}
        return AstroSettings.model_validate(known | fields)

    return pair(AstroCloud, settings, lambda fact: f"{fact['base'] / 100:.2f}")


def fivestars(**fields: Any) -> Open:
    """As its sandbox prints them: the lines that a technician would paste."""

    def settings(url: str, patience_s: float) -> ProviderSettings:
        told = f'[providers.club]\nenabled = true\nsecret = "{FIVESTARS_KEY}"\nidempotency = "R"\n{TEMPLATES}'
        known = tomllib.loads(told)["providers"]["club"]
        known |= {"base_url": url, "timeout_s": patience_s, "page_timeout_s": patience_s}
        return FivestarsSettings.model_validate(known | fields)

    return pair(FivestarsCloud, settings, sale.reference)


PAIRS: Mapping[str, Open] = {
    "plain_http": plain_http(),
    "plain_http, one by one": plain_http(batch=1),
    "plain_http, read back": plain_http(Idempotency.READ_BACK),
    "plain_http, no keys": plain_http(Idempotency.NONE),
    "tapmango": tapmango(),
    "tapmango, never read back": tapmango(readback_before_resend=False),
    "astro": astro(),
    "fivestars": fivestars(),
    "sessionm": sessionm(),
    "crm_com, A": crm_com("A"),
    "crm_com, B": crm_com("B"),
    "crm_com, C": crm_com("C"),
    "crm_com, C, flat and itemised": crm_com("C", body_style="flat", itemised=True, partial_return="ad_hoc"),
    "sessionm, locking": sessionm(redeem_mode="lock"),
}
