"""Numbers: digits and number words to values, in every construct («ثلاثة وعشرين ألفا», «مئتي ألف», «مليون ونصف», «3 آلاف و500»).

A number is a sum of terms, each a coefficient (digits or words under a thousand) times a scale. A term joins the sum with «و» only when it is
smaller than the scale before it, so «10 و20» stays two numbers.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from marsad.spans import Folded

_UNITS = {
    "واحد": 1, "واحده": 1, "اثنان": 2, "اثنين": 2, "اثنتان": 2, "اثنتين": 2, "اثنا": 2, "اثني": 2, "اثنتا": 2, "اثنتي": 2, "احد": 1, "احدي": 1,
    "ثلاث": 3, "ثلاثه": 3, "اربع": 4, "اربعه": 4, "خمس": 5, "خمسه": 5, "ست": 6, "سته": 6, "سبع": 7, "سبعه": 7,
    "ثمان": 8, "ثماني": 8, "ثمانيه": 8, "تسع": 9, "تسعه": 9, "عشر": 10, "عشره": 10,
}  # fmt: skip
_TENS = {stem + end: n * 10 for n, stem in enumerate(("عشر", "ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع"), 2) for end in ("ون", "ين")}
_HUNDRED = ("ميه", "مايه")
_HUNDREDS = {
    **dict.fromkeys((*_HUNDRED, "مايت", "ميات"), 100),
    **{h + end: 200 for h in ("ميت", "مايت") for end in ("ان", "ين", "ا", "ي")},
    **{stem + h: n * 100 for n, stem in enumerate(("ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع"), 3) for h in _HUNDRED},
    **{"ثماني" + h: 800 for h in _HUNDRED},
}
del _HUNDREDS["ميات"], _HUNDREDS["مايت"]
_SCALES = {
    **dict.fromkeys(("الف", "الفا", "الاف"), 1e3), **dict.fromkeys(("مليون", "مليونا", "ملايين"), 1e6),
    **dict.fromkeys(("مليار", "مليارا", "مليارات", "بليون", "بليونا"), 1e9), **dict.fromkeys(("تريليون", "تريليونا", "تريليونات", "ترليون"), 1e12),
}  # fmt: skip
_DUALS = {stem + end: 2 * value for stem, value in (("الف", 1e3), ("مليون", 1e6), ("مليار", 1e9), ("بليون", 1e9)) for end in ("ان", "ين", "ي")}
_FRACTIONS = {"نصف": 0.5, "ربع": 0.25, "ثلث": 1 / 3, "ثلثين": 2 / 3, "ثلثي": 2 / 3}
_VAGUE = {"عشرات": 10.0, "ميات": 100.0, "الاف": 1e3, "الوف": 1e3, "ملايين": 1e6, "مليارات": 1e9}
_TOKEN = re.compile(r"(?P<and>و ?)?(?P<the>ال-?)?(?:(?P<digits>\d{1,3}(?:[.,]\d{3})+(?![\d.,]\d)|\d+(?:[.,]\d+)?)(?![\d/:]|-\d)|(?P<word>[\u0621-\u064a]+))")
_GLUED = re.compile(r"(?<![^\W\d_])[وف]?[بلك]$")  # «لـ118 هجوما»
_ORDINALS = {
    stem: n
    for n, stems in enumerate(
        ("اول اولي", "ثاني ثانيه", "ثالث ثالثه", "رابع رابعه", "خامس خامسه", "سادس سادسه", "سابع سابعه", "ثامن ثامنه", "تاسع تاسعه", "عاشر عاشره", "حادي حاديه"), 1
    )
    for stem in stems.split()
}


class Number(NamedTuple):
    """A number as written.

    start, end: code points of the original text; value; vague: True for «عشرات», «مئات الآلاف», where value is the least it can mean.
    """

    start: int
    end: int
    value: float
    vague: bool = False


class _Token(NamedTuple):
    start: int
    end: int
    joined: bool  # glued or loose «و» before it
    kind: str  # digits unit ten teen hundred scale dual fraction vague
    value: float


def _kind(word: str) -> tuple[str, float] | None:
    for kind, table in (("unit", _UNITS), ("ten", _TENS), ("hundred", _HUNDREDS), ("scale", _SCALES), ("dual", _DUALS), ("fraction", _FRACTIONS), ("vague", _VAGUE)):
        if word in table:
            return kind, float(table[word])
    return None


def digits_value(digits: str) -> float:
    """Return the value of digits with marks: groups of three after each mark are thousands, else the mark is decimal.

    >>> digits_value("1,200"), digits_value("12.5"), digits_value("13.300"), digits_value("0.125")
    (1200.0, 12.5, 13300.0, 0.125)
    """
    if re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", digits):
        return float(re.sub("[.,]", "", digits))
    return float(digits.replace(",", "."))


def _tokens(folded: str) -> list[_Token]:
    out: list[_Token] = []
    for m in _TOKEN.finditer(folded):
        if m["digits"]:
            if (
                m.start()
                and (folded[m.start() - 1].isalnum() or folded[m.start() - 1] in "/:.")
                and not m["and"]
                and not m["the"]
                and not _GLUED.search(folded, max(0, m.start() - 4), m.start())
            ):
                continue
            out.append(_Token(m.start("digits"), m.end(), bool(m["and"]), "digits", digits_value(m["digits"])))
            continue
        for joined, the in ((m["and"], m["the"]), (None, None)):
            lead = (len(joined) if joined else 0) + (len(the) if the else 0)
            word = folded[m.start() + lead : m.end()]
            found = _kind(word)
            if found and not (word in ("اثنين", "احد") and the):  # «الاثنين», «الأحد»: days
                out.append(_Token(m.start() + (len(joined) if joined else 0), m.end(), bool(joined), *found))
                break
    return out


class _Reader:
    """One pass over the tokens; each method reads one part at `at` and moves on, or returns None."""

    def __init__(self, folded: str, tokens: list[_Token]) -> None:
        self.folded, self.tokens, self.at = folded, tokens, 0

    def next(self, *kinds: str, joined: bool | None = None) -> _Token | None:
        if self.at >= len(self.tokens):
            return None
        token = self.tokens[self.at]
        if token.kind not in kinds or (joined is not None and token.joined != joined):
            return None
        if self.at and joined is not None:
            between = self.folded[self.tokens[self.at - 1].end : token.start].replace("و", "", 1) if token.joined else self.folded[self.tokens[self.at - 1].end : token.start]
            if between.strip() or "\n" in between or len(between) > 3:
                return None
        self.at += 1
        return token

    def words_under_thousand(self, joined: bool | None) -> float | None:
        """[hundreds] [«و» units [عشر] [«و» tens]]"""
        total = 0.0
        hundred = self.next("hundred", joined=joined)
        if hundred:
            total, joined = hundred.value, True
        mark = self.at
        unit = self.next("unit", joined=joined)
        if unit:
            value = unit.value
            if value < 10:
                if self.next_is_ten_word():
                    value += 10
                    self.at += 1
                elif ten := self.next("ten", joined=True):
                    value += ten.value
                elif not total and value > 2 and (times := self.next("hundred", joined=False)) and times.value == 100:
                    value *= 100
                    return value + (self.words_under_thousand(True) or 0.0)
            return total + value
        ten = self.next("ten", joined=joined)
        if ten:
            return total + ten.value
        self.at = mark
        return total or None

    def next_is_ten_word(self) -> bool:
        if self.at >= len(self.tokens):
            return False
        token, before = self.tokens[self.at], self.tokens[self.at - 1]
        return token.kind == "unit" and token.value == 10 and not token.joined and self.folded[before.end : token.start] == " "

    def term(self, joined: bool | None) -> tuple[float, float] | None:
        """Return (value, scale) of one coefficient and its scale."""
        mark = self.at
        if dual := self.next("dual", joined=joined):
            return dual.value, dual.value / 2
        if fraction := self.next("fraction", joined=joined):
            if scale := self.next("scale", joined=False):
                return fraction.value * scale.value, scale.value
            self.at = mark
            return None
        digits = self.next("digits", joined=joined)
        value = digits.value if digits else self.words_under_thousand(joined)
        if value is None:
            if scale := self.next("scale", joined=joined):
                return scale.value, scale.value
            return None
        scale = self.next("scale", joined=False)
        if scale is None:
            return value, 1.0
        while more := self.next("scale", joined=False):
            scale = scale._replace(value=scale.value * more.value)
        return value * scale.value, scale.value

    def number(self) -> tuple[float, int, int] | None:
        first = self.at
        term = self.term(None)
        if term is None:
            self.at = first + 1
            return None
        value, scale = term
        while scale > 1:
            mark = self.at
            if half := self.next("fraction", joined=True):
                value += half.value * scale
                self.next("scale", joined=False)  # «ونصف المليون»
                break
            more = self.term(True)
            if more is None or more[0] >= scale:
                self.at = mark
                break
            value, scale = value + more[0], more[1]
        return value, first, self.at


def numbers(text: str | Folded) -> list[Number]:
    """Return the numbers of a text in order, with their values; ordinals are not numbers, and neither are dates with marks (4/1/2024).

    >>> [(n.value, n.vague) for n in numbers("ثلاثة وعشرين ألفا، مئتي ألف، مليون ونصف، 5 ملايين و200 ألف، عشرات الآلاف")]
    [(23000.0, False), (200000.0, False), (1500000.0, False), (5200000.0, False), (10000.0, True)]
    """
    view = text if isinstance(text, Folded) else Folded(text)
    tokens = _tokens(view.folded)
    out: list[Number] = []
    reader = _Reader(view.folded, tokens)
    while reader.at < len(tokens):
        token = tokens[reader.at]
        word = view.folded[token.start : token.end]
        plural = _VAGUE.get(word) or _VAGUE.get(word.removeprefix("ال"))
        if token.kind == "vague" or plural:
            reader.at += 1
            value, end = plural or token.value, token.end
            while (times := reader.next("scale", "vague", joined=False)) is not None:
                value, end = value * times.value, times.end
            span = view.span(token.start, end)
            out.append(Number(span.start, span.end, value, True))
            continue
        found = reader.number()
        if found is None:
            continue
        value, first, after = found
        if after - first == 1 and tokens[first].kind == "unit" and view.folded[tokens[first].start : tokens[first].end] in ("احد", "احدي"):
            continue  # «أحد»: someone
        span = view.span(tokens[first].start, tokens[after - 1].end)
        out.append(Number(span.start, span.end, value))
    return out


def ordinal(word: str) -> int | None:
    """Return the value of a folded ordinal with or without the article («الرابع» 4), or None.

    >>> ordinal("الرابع"), ordinal("قرن")
    (4, None)
    """
    return _ORDINALS.get(word.removeprefix("ال"))
