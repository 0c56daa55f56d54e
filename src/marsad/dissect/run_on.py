"""Pages that lost their line ends: one huge line is cut where its kind of text changes, so that the role model can tell its pieces apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from marsad.arabic.letters import fold
from marsad.knowledge import rows

LEAST = 400  # characters; a shorter line is left whole
SHARE = 0.8  # of the page's text that stands in the one line
_WORD = re.compile(r"\S+")
_GAP = re.compile(r"[ \u00a0]*(?:\t+|[ \u00a0]{2,}| [•|▪●■◄►] )[ \t\u00a0]*")
_END = re.compile(r"(?:[.؟!?]|\.\.\.|…)[»\")\]]?$")
_WEAK = frozenset(  # words of the interface that sentences hold too
    fold(
        "من في على إلى عن مع عدد هيئة كل لا أو حمل تطبيق قبل بعد هذا هذه جديد أعلى الأعلى فتح دخول خروج صفحة كتاب حوار تقرير شركات خاص دولية دولي عربية محلية خريطة دقائق المزيد"
    ).split()
)
_STAMP = re.compile(r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/]\d{1,2}[-/]\d{4}|\d{1,2}:\d{2})$")


@lru_cache(maxsize=1)
def _interface() -> frozenset[str]:
    return frozenset(fold(row["word"]).lower() for row in rows("page_words.tsv") if row["kind"] in ("ui", "section"))


def pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of text[start:end], in order, without the blanks between them.

    A piece ends at a wide gap or a bullet, after a sentence, around a date or clock in figures, and around a run of two or more words of the interface
    («مشاركة حفظ», the sections of a menu).
    """
    words = [(start + m.start(), start + m.end()) for m in _WORD.finditer(text[start:end])]
    known = _interface()
    plain = [fold(text[a:b]).lower().strip(".,:|()[]") for a, b in words]
    menu = [w in known or w in ("", "ar", "en", "fr") for w in plain]
    stamp = [_STAMP.search(text[a:b]) is not None for a, b in words]
    menu = _runs(menu, [w in _WEAK for w in plain])
    first = 0
    for i in range(1, len(words) + 1):
        if i == len(words) or (
            _GAP.fullmatch(text, words[i - 1][1], words[i][0])
            or menu[i] != menu[i - 1]
            or stamp[i] != stamp[i - 1]
            or (_END.search(text[words[i - 1][0] : words[i - 1][1]]) and len(plain[i - 1]) > 1)
        ):
            yield words[first][0], words[i - 1][1]
            first = i


def _runs(flags: list[bool], weak: list[bool]) -> list[bool]:
    """Keep the flags that stand in a run of three or more, or of two that sentences do not hold too."""
    out, first = [False] * len(flags), 0
    for i in range(len(flags) + 1):
        if i == len(flags) or not flags[i]:
            if i - first > 2 or (i - first == 2 and not any(weak[first:i])):
                out[first:i] = [True] * (i - first)
            first = i + 1
    return out


def is_run_on(sizes: list[int]) -> bool:
    """Whether a page of lines of these sizes is one huge line with next to nothing beside it."""
    most = max(sizes, default=0)
    return most >= LEAST and most >= SHARE * sum(sizes)
