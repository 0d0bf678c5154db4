"""address: where a box stands in the fleet's topic tree; builds and takes apart topics, knows no message."""

import re
from dataclasses import dataclass

VERSION = 1
ROOT = f"tillpost/{VERSION}"
EVERYONE = "all"

_segment_re = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a box stands in the tree. Raises ValueError on a name that would change the topic's shape."""

    tenant: str
    device: str

    def __post_init__(self) -> None:
        for part in (self.tenant, self.device):
            check_segment(part)

    def topic(self, leaf: str) -> str:
        return f"{ROOT}/{self.tenant}/{self.device}/{leaf}"

    def leaf(self, topic: str) -> str | None:
        """The inverse of `topic`; commands to everyone count as ours. None: not for this box."""
        for device in (self.device, EVERYONE):
            prefix = f"{ROOT}/{self.tenant}/{device}/"
            if topic.startswith(prefix):
                leaf = topic.removeprefix(prefix)
                return leaf if device == self.device or leaf.startswith("cmd/") else None
        return None

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """What the box listens to; its own alerts too, so that it can clear those of an earlier life."""
        own = (self.topic(leaf) for leaf in ("desired", "job", "cmd/+", "alert/+"))
        return (*own, f"{ROOT}/{self.tenant}/{EVERYONE}/cmd/+")


def check_segment(text: str) -> str:
    """One level of a topic: no wildcard, no slash, nothing a shell or a dashboard could trip over."""
    if not _segment_re.fullmatch(text):
        raise ValueError(f"{text[:40]!r} cannot be part of a topic")
    return text
