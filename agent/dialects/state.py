"""state: what a till has set on its printer and what survives a cut; takes commands, gives the next state."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from agent.cheap_value import cheap_value
from agent.dialects.code_pages import CHINA, JIS, KATAKANA, KOREA, PAGES, decode, kanji_codec, multi_byte
from agent.dialects.escpos_table import FOR_DISPLAY
from agent.dialects.evidence import Language
from agent.dialects.star_settings import STAR_SETTINGS, changes, resets
from agent.dialects.tokenizer import bare_bold

FONT_A, FONT_B = 12, 9
MOTION_DPI = 203


@cheap_value
class DialectState:
    """Plain values only, so that it can be kept as JSON with a job and read again the same way."""

    default_page: str = "cp437"
    """The lane's: a Python codec name, also shift_jis, gb18030, euc_kr, big5."""
    own_pages: tuple[tuple[int, str], ...] = ()
    """The lane's: what page numbers mean on this printer, where it is not what they mean on most."""
    language: str = Language.UNKNOWN
    """What this source has spoken so far, when the lane's dialect is 'auto'."""
    page: str = ""
    """Codec chosen by ESC t; empty: the lane's."""
    international: int = 0
    kanji: bool | None = None
    """FS & / FS . ; None: the printer's own default, which is on when the lane's page is a multi-byte one."""
    jis: bool | None = None
    """FS C: 7-bit JIS pairs (True) or Shift-JIS (False); None: not said, JIS as Japanese models start."""
    font: int = FONT_A
    spacing: int = 0
    wide: int = 1
    tall: int = 1
    emphasis: bool = False
    unit: int = 0
    """GS P: horizontal moves are in 1/unit inch; 0: dots."""
    tabs: tuple[int, ...] = ()
    display: bool = False
    """ESC = 2: what follows is for the customer display, not for paper."""
    drawn: tuple[int, ...] = ()
    """Character codes whose shape the till has drawn itself (ESC &)."""
    drawn_in_use: bool = False
    bare_bold: bool = False
    """A clone that prints bold with ESC E / ESC F, without parameters."""
    raised: bool = False
    """A clone's ESC d 1 (double height) is in force."""
    upside_down: bool = False

    @property
    def cell(self) -> int:
        """Dots from one character to the next."""
        return (self.font + self.spacing) * self.wide

    @property
    def drawn_codes(self) -> frozenset[int]:
        """Codes that now print a shape of the till's own."""
        return frozenset(self.drawn) if self.drawn_in_use else frozenset()

    @property
    def codec(self) -> str:
        """Which decoder reads a run of text now. Once Shift-JIS is chosen (FS C 1), FS & and FS . choose nothing."""
        if self.jis is False:
            return "cp932"
        if self.kanji or (self.kanji is None and self._starts_with_kanji):
            return self._kanji_codec()
        return self.page or _single_byte(self.default_page)

    @property
    def _starts_with_kanji(self) -> bool:
        """The lane's page says so, or a country whose models start with it; on Japan's, ESC R serves katakana, too."""
        in_country = self.language != Language.STAR and self.international in (KOREA, CHINA)
        return bool(multi_byte(self.default_page)) or in_country

    def _kanji_codec(self) -> str:
        if self.jis is not None:
            return JIS if self.jis else "cp932"
        if self.language == Language.STAR and self.international != KOREA:
            return multi_byte(self.default_page) or "cp932"
        codec = kanji_codec(self.default_page, self.international, self.page)
        return JIS if codec == "cp932" and self.kanji and not multi_byte(self.default_page) else codec

    def decode(self, data: bytes) -> str:
        return decode(data, self.codec, self.international)

    def speaking(self, language: Language) -> "DialectState":
        return self if self.language == language else replace(self, language=language)

    def dots(self, units: int) -> int:
        """A horizontal distance as the till gave it, in dots."""
        return units if self.unit in (0, 180, MOTION_DPI) else round(units * MOTION_DPI / self.unit)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "DialectState":
        """The inverse of as_json; names it does not know (an older or newer box wrote them) are left out."""
        known = {field.name for field in fields(cls)}
        kept = {name: value for name, value in values.items() if name in known}
        kept.update({name: tuple(kept[name]) for name in ("tabs", "drawn") if name in kept})
        kept["own_pages"] = tuple((int(number), str(page)) for number, page in kept.get("own_pages", ()))
        return cls(**kept)


def _single_byte(default_page: str) -> str:
    """What a lane with a multi-byte page prints outside of it: Japanese models start with katakana."""
    wide = multi_byte(default_page)
    return KATAKANA if wide == "cp932" else "cp437" if wide else default_page


Change = Callable[[DialectState, bytes], DialectState]


def follow(state: DialectState, key: bytes, head: bytes, data: bytes = b"") -> DialectState:
    """The state behind a command. Commands that set nothing leave it as it is; so does all but ESC = for a display."""
    if state.display and key != b"\x1b=":
        return state
    if state.language == Language.STAR or key == b"\x1b\x1d":  # Star's alone, also before the language is known
        return _follow_star(state, key, head, data)
    if key in (b"\x1c(", b"\x1b&"):
        head += data
    change = _CHANGES.get(key)
    if change is None:
        return state
    if (bare := bare_bold(key, head)) is not None and bare is not state.bare_bold:
        state = replace(state, bare_bold=bare)
    return change(state, head) if len(head) > 2 or key in _BARE else state


def _follow_star(state: DialectState, key: bytes, head: bytes, data: bytes) -> DialectState:
    command = head + data if head[2:3] == b")" else head
    if resets(key, command):
        return _initialised(state, head)
    change = changes(key, command, state.default_page, state.drawn)
    if "page" in change and command[2:3] == b"t":
        change = {"page": dict(state.own_pages).get(command[3]) or change["page"]}
    return replace(state, **change) if change else state


def _initialised(state: DialectState, _head: bytes) -> DialectState:
    return DialectState(
        default_page=state.default_page,
        own_pages=state.own_pages,
        language=state.language,
        bare_bold=state.bare_bold,
    )


def _page(state: DialectState, head: bytes) -> DialectState:
    return replace(state, page=dict(state.own_pages).get(head[2]) or PAGES.get(head[2], ""))


def _print_mode(state: DialectState, head: bytes) -> DialectState:
    mode = head[2]
    return replace(
        state,
        font=FONT_B if mode & 1 else FONT_A,
        emphasis=bool(mode & 8),
        tall=2 if mode & 16 else 1,
        wide=2 if mode & 32 else 1,
    )


def _size(state: DialectState, head: bytes) -> DialectState:
    return replace(state, wide=(head[2] >> 4 & 7) + 1, tall=(head[2] & 7) + 1)


def _font(state: DialectState, head: bytes) -> DialectState:
    return replace(state, font=FONT_A if head[2] in b"\x000" else FONT_B)


def _bold(state: DialectState, head: bytes) -> DialectState:
    return replace(state, emphasis=bool(head[2] & 1) if len(head) > 2 else head[1] == ord("E"))


def _clone_wide(state: DialectState, head: bytes) -> DialectState:
    """ESC W n is Bematech's double width; with four values it is a page area and sets nothing here."""
    return replace(state, wide=1 + (head[2] & 1)) if len(head) == 3 else state


def _clone_tall(state: DialectState, head: bytes) -> DialectState:
    return (
        replace(state, raised=True) if is_double_height(state, head) and head[2] & 1 else replace(state, raised=False)
    )


def is_double_height(state: DialectState, head: bytes) -> bool:
    """Clones' ESC d 0/1 is double height, Epson's feeds lines: digits mean height (48 lines is no feed on a receipt),
    and so does 1 right behind double width, and the 0 that ends it."""
    return head[2] in b"01" or (head[2] == 1 and state.bare_bold and state.wide == 2) or (head[2] == 0 and state.raised)


def _kanji_code(state: DialectState, head: bytes) -> DialectState:
    return replace(state, jis=head[2] in b"\x000")


def _tabs(state: DialectState, head: bytes) -> DialectState:
    return replace(state, tabs=tuple(stop for stop in head[2:] if stop))


def _display(state: DialectState, head: bytes) -> DialectState:
    return replace(state, display=head[2] in FOR_DISPLAY)


def _draw(state: DialectState, head: bytes) -> DialectState:
    if len(head) < 5 or head[2] > 4:
        return state
    return replace(state, drawn=tuple(sorted({*state.drawn, *range(head[3], head[4] + 1)})))


def _undraw(state: DialectState, head: bytes) -> DialectState:
    return replace(state, drawn=tuple(code for code in state.drawn if code != head[2]))


_CHANGES: dict[bytes, Change] = {
    b"\x1b@": _initialised,
    b"\x1bt": _page,
    b"\x1b!": _print_mode,
    b"\x1d!": _size,
    b"\x1bM": _font,
    b"\x1bE": _bold,
    b"\x1bF": _bold,
    b"\x1bW": _clone_wide,
    b"\x1bj": lambda state, _head: state,
    b"\x1d\xf9": lambda state, _head: state,
    b"\x1bd": _clone_tall,
    b"\x1b{": lambda state, head: replace(state, upside_down=bool(head[2] & 1)),
    b"\x1bR": lambda state, head: replace(state, international=head[2]),
    b"\x1b ": lambda state, head: replace(state, spacing=head[2]),
    b"\x1dP": lambda state, head: replace(state, unit=head[2]),
    b"\x1bD": _tabs,
    b"\x1b=": _display,
    b"\x1b&": _draw,
    b"\x1b?": _undraw,
    b"\x1b%": lambda state, head: replace(state, drawn_in_use=bool(head[2] & 1)),
    b"\x1c&": lambda state, _head: replace(state, kanji=True),
    b"\x1c.": lambda state, _head: replace(state, kanji=False),
    b"\x1cC": _kanji_code,
}
_BARE = frozenset((b"\x1b@", b"\x1c&", b"\x1c.", b"\x1bE", b"\x1bF"))
"""Of these, the ones that are complete without a parameter."""
SETTINGS = frozenset(_CHANGES) | STAR_SETTINGS
"""The commands behind which the state may be another one."""
