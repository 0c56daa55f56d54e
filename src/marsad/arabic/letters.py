"""Letters: one folded form for the many spellings of one word. Never used for what is shown, only for what is matched."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DELETED = (
    *range(0x0610, 0x061B),
    *range(0x064B, 0x0660),
    0x0670,
    *range(0x06D6, 0x06DD),
    *range(0x06DF, 0x06E9),
    *range(0x06EA, 0x06EE),  # tashkeel, Quranic marks
    0x0640,  # tatweel
    0x061C,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    0xFEFF,
    0x00AD,  # bidi, zero width, soft hyphen
    *range(0xFE00, 0xFE10),  # variation selectors
)
_LETTERS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا",
    "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ۀ": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه",
    "ک": "ك", "ڪ": "ك",
}  # fmt: skip
_QUOTES = {**dict.fromkeys("«»“”„‟″❝❞〝〞＂", '"'), **dict.fromkeys("‘’‚‛′`´", "'")}
_MARKS = {"٪": "%", "٫": ".", "٬": ",", "،": ",", "؛": ";", "؟": "?", "۔": ".", "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "…": "..."}
_DIGITS = {chr(base + n): str(n) for base in (0x0660, 0x06F0) for n in range(10)}
_SPACES = dict.fromkeys(map(chr, (0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)), " ")


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {ord(a): b for a, b in {**_LETTERS, **_QUOTES, **_MARKS, **_DIGITS, **_SPACES}.items()}
    table.update(dict.fromkeys(_DELETED))
    for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00), *range(0xFF01, 0xFF5F)):  # presentation forms, full width
        plain = unicodedata.normalize("NFKC", chr(code))
        if plain != chr(code) and unicodedata.category(chr(code)) != "Cn":
            table[code] = plain.strip().translate({k: v for k, v in table.items() if k < 0xFB50}) if code >= 0xFB50 else plain
    return table


TABLE = _table()
_ARABIC = re.compile("[\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06ee\u06ef\u06fa-\u06ff\ufb50-\ufdff\ufe70-\ufefc]+")
_LETTERS_RUN = re.compile(r"[^\W\d_]+")


# the marks that most texts hold go by str.replace, many times faster than translate; the table is asked only for a text with others
_COMMON = tuple((c, TABLE[ord(c)] or "") for c in "أإآىئؤة«»،؟ًٌٍَُِّْـ–\u00a0")
_OTHERS = re.compile("[" + "".join(re.escape(chr(c)) for c in TABLE if chr(c) not in dict(_COMMON)) + "]")


def fold(text: str) -> str:
    """Return text in the one spelling used for matching; its length may differ (see `spans.Folded` for the way back).

    Alef forms, teh marbuta, alef maqsura and hamza seats are levelled; tashkeel, tatweel, bidi and zero-width marks go; presentation forms,
    Arabic-Indic and Persian digits, quotes, dashes and commas become plain.

    >>> fold("إِدارةُ «الأُمـم» ٢٠٢٤")
    'اداره "الامم" 2024'
    """
    return _word(text) if len(text) <= WORD else _levelled(text)


def _levelled(text: str) -> str:
    for mark, plain in _COMMON:
        text = text.replace(mark, plain)
    return text.translate(TABLE) if _OTHERS.search(text) else text


WORD = 24  # characters up to which a text is kept with its folded form: words come back all the time
_word = lru_cache(maxsize=100_000)(_levelled)


def arabic_share(text: str) -> float:
    """Return the share (0-1) of Arabic letters among the letters of text; 0 when it has none.

    >>> arabic_share("قال CNN")
    0.5
    """
    letters = letter_count(text)
    return sum(map(len, _ARABIC.findall(text))) / letters if letters else 0.0


def letter_count(text: str) -> int:
    """Return the number of letters of any script.

    >>> letter_count("قال 2 CNN")
    6
    """
    return sum(map(len, _LETTERS_RUN.findall(text)))
