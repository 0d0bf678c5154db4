"""code_pages: takes the bytes of a run and what the till chose, gives its characters; knows no commands.

Pages are numbered as Epson's ESC t does; a number that is not here (clones have their own) means the lane's page.
"""

import re
from functools import cache

KATAKANA = "katakana"
PAGES = {
    0: "cp437",
    1: KATAKANA,
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    20: "cp874",
    21: "cp874",
    26: "cp874",
    32: "cp720",
    33: "cp775",
    34: "cp855",
    35: "cp861",
    36: "cp862",
    37: "cp864",
    38: "cp869",
    39: "iso8859_2",
    40: "iso8859_15",
    44: "cp1125",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
    49: "cp1255",
    50: "cp1256",
    51: "cp1257",
    52: "cp1258",
    53: "kz1048",
    56: "cp861",
    60: "cp855",
    61: "cp857",
    72: "cp1250",
    90: "cp1253",
    91: "cp1254",
    92: "cp1256",
    93: "cp720",
    95: "cp775",
}
"""From 56 on: Epson has none, or none that is met; the clones that have them agree."""

_KATAKANA_SIGNS = (
    "▁▂▃▄▅▆▇█▏▎▍▌▋▊▉┼┴┬┤├▔─│▕┌┐└┘╭╮╰╯\u00a0"
    + "".join(map(chr, range(0xFF61, 0xFFA0)))
    + "═╞╪╡◢◣◥◤♠♥♦♣●○╱╲╳円年月日時分秒〒市区町村人▒\u00a0"
)
"""Page 1 from 80h on: JIS X 0201 half-width katakana between Epson's rules and signs."""
STAR_NORMAL = "star_normal"
_STAR_NORMAL_SIGNS = (
    "\u00a0???????????├???"
    "??▘▗▖▝╱╲◥◤┌┴┬┤?╳"
    "ÄÖÜß?ªº?¢½??¥¼Āë"
    "éèēêïíìīîöóòōôüú"
    "ùūûç¿??Ēↄ¡ÅøØäáà"
    "āâ°℃℉ΩµΣσ??χ∞±÷π"
    "▌▄▀▐┼┘└┐█▒⏊????╭"
    "⏉??▁▍??▚▞◢◣?⏸╰╯╮"
).replace("?", "\ufffd")
"""Star's page 0 from 80h on; where it is not known to us, the sign is unknown."""
_STAR_NORMAL_TABLE = {0x80 + index: sign for index, sign in enumerate(_STAR_NORMAL_SIGNS)}
_KATAKANA_TABLE = {0x80 + index: sign for index, sign in enumerate(_KATAKANA_SIGNS)}

_REPLACED = "#$@[\\]^`{|}~"
_SETS = {
    1: "#$à°ç§^`éùè¨",
    2: "#$§ÄÖÜ^`äöüß",
    3: "£$@[\\]^`{|}~",
    4: "#$@ÆØÅ^`æøå~",
    5: "#¤ÉÄÖÅÜéäöåü",
    6: "#$@°\\é^ùàòèì",
    7: "₧$@¡Ñ¿^`¨ñ}~",
    8: "#$@[¥]^`{|}~",
    9: "#¤ÉÆØÅÜéæøåü",
    10: "#$ÉÆØÅÜéæøåü",
    11: "#$@¡Ñ¿é`íñóú",
    12: "#$@¡Ñ¿éüíñóú",
    13: "#$@[₩]^`{|}~",
    14: "#$ŽŠĐĆČžšđćč",
    15: "#¥@[\\]^`{|}~",
}
"""ESC R. By the book 11 and 12 print @ as á; libraries choose them and still mean '2 @ 3.50' and e-mail addresses."""
_INTERNATIONAL = {number: str.maketrans(_REPLACED, signs) for number, signs in _SETS.items()}

JAPAN, KOREA, CHINA = 8, 13, 15
JIS = "iso2022_jp"
_MULTI_BYTE = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_kr": "cp949",
    "cp949": "cp949",
    "big5": "cp950",
    "cp950": "cp950",
    "utf_8": "utf_8",
}


@cache
def multi_byte(code_page: str) -> str:
    """The codec that reads a multi-byte page named in the settings, or '' when the page is a single-byte one."""
    return _MULTI_BYTE.get(code_page.lower().replace("-", "_").replace("utf8", "utf_8"), "")


_ASCII = bytes(range(0x20, 0x7F))
_MAKERS_PREFIXES = ("wpc", "pc", "cp")


@cache
def page_named(name: str) -> str:
    """The page that people mean by a name ('PC858', 'windows-1252', 'GBK', 'katakana'), '' when there is none.

    Only pages in which digits and letters are what they are in ASCII: on all others no receipt could be read.
    """
    plain = name.strip().lower().replace("-", "_")
    if plain in (KATAKANA, STAR_NORMAL):
        return plain
    for prefix in ("", *_MAKERS_PREFIXES):
        number = plain.removeprefix(prefix)
        codec = f"cp{number}" if prefix and number != plain else plain
        if multi_byte(codec) or _keeps_ascii(codec):
            return codec
    return ""


def _keeps_ascii(codec: str) -> bool:
    try:
        return _ASCII.decode(codec) == _ASCII.decode("ascii")
    except (LookupError, UnicodeError, ValueError):
        return False


def kanji_codec(default_page: str, international: int, page: str) -> str:
    """What FS & means when nobody said: the lane's page, else the country chosen by ESC R, else GB18030."""
    if page == KATAKANA:
        return multi_byte(default_page) or "cp932"
    by_country = {JAPAN: "cp932", KOREA: "cp949", CHINA: "gb18030"}
    return multi_byte(default_page) or by_country.get(international, "gb18030")


def reads_ascii(codec: str, international: int) -> bool:
    """Whether what looks like ASCII is ASCII."""
    return not international and codec not in (KATAKANA, JIS)


def decode(data: bytes, codec: str, international: int) -> str:
    """Never raises; a byte that the page does not have becomes U+FFFD."""
    if reads_ascii(codec, international) and data.isascii() and 0x7F not in data:
        return data.decode("ascii")
    if codec == KATAKANA or (codec == "cp932" and _are_rules(data)):
        text = data.decode("latin-1").translate(_KATAKANA_TABLE)
        international = international or JAPAN
    elif codec == STAR_NORMAL:
        text = data.decode("latin-1").translate(_STAR_NORMAL_TABLE)
    elif codec == JIS:
        text = data.decode("cp932", "replace") if not data.isascii() else _jis(data)
    else:
        text = data.decode(codec, "replace")
    signs = _INTERNATIONAL.get(international)
    if codec == "cp857" and 0xD5 in data:  # the printers' PC857 has the euro where the standard has nothing
        text = "".join("€" if byte == 0xD5 else sign for byte, sign in zip(data, text, strict=True))
    text = text.translate(signs) if signs else text
    return _UNPRINTABLE_RE.sub("\ufffd", text)


def _are_rules(data: bytes) -> bool:
    """Libraries draw boxes from page 1 while Shift-JIS is on; as Kanji these bytes would be none, or one repeated."""
    return _RULES_RE.fullmatch(data) is not None and (len(data) % 2 == 1 or len(data) >= _LONG_RULE)


_RULES_RE = re.compile(rb"[\x90-\x9f]+")
_LONG_RULE = 8
_UNPRINTABLE_RE = re.compile("[\x7f-\x9f]")


def _jis(data: bytes) -> str:
    """Pairs of 7-bit bytes, as Japanese models read them between FS & and FS . by default."""
    return (b"\x1b$B" + data[: len(data) // 2 * 2] + b"\x1b(B").decode(JIS, "replace")
