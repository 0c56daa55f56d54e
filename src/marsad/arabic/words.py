"""Words: tokens, their glued clitics and a light stem, all with offsets into the text as written.

Arabic glues conjunctions, prepositions, the article and pronouns to the word. Without a dictionary the split is a guess; the rules here
split only where the rest is long enough and is not known to begin with that letter (`knowledge/initials.tsv`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from marsad.arabic.letters import fold
from marsad.knowledge import rows

_WORD = re.compile(
    r"[\u0610-\u061a\u0620-\u065f\u066e-\u06d3\u06d5-\u06dc\u06ea-\u06ef\u06fa-\u06ff\ufb50-\ufdff\ufe70-\ufefc\u200c\u200d]+|[^\W\d_]+|\d+(?:[.,٫٬/:]\d+)*|[^\w\s]|_"
)
_MARK = re.compile(r"[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f]*")
_CONJ, _PREP = "وف", "بلك"
_SUFFIXES = ("كما", "هما", "تما", "هم", "هن", "ها", "كم", "كن", "نا", "ه", "ك", "ي")
_STEM_SUFFIXES = ("هما", "كما", "تما", "ها", "ان", "ات", "ون", "ين", "يه", "هم", "هن", "نا", "كم", "وا", "تا", "ه", "ي", "ت", "ا")


class Word(NamedTuple):
    """A token: start and end in code points, and the text between them."""

    start: int
    end: int
    text: str


_RUN = re.compile(r"[^\W_]+")


def folded_words(text: str) -> list[str]:
    """Return the words and numbers of a text folded, without their places: many times faster than `words`, for counting and comparing.

    >>> folded_words("قُتِلَ «أبو تقوى»، 4/1")
    ['قتل', 'ابو', 'تقوي', '4', '1']
    """
    return _RUN.findall(fold(text))


class Parts(NamedTuple):
    """A word taken apart: offsets of each prefix, of the core, and of the suffix (None when there is none)."""

    prefixes: tuple[tuple[int, int], ...]
    core: tuple[int, int]
    suffix: tuple[int, int] | None


def words(text: str) -> list[Word]:
    """Return the words, numbers and punctuation marks of text, in order, none overlapping.

    >>> [w.text for w in words("قُتل 1,200 شخص.")]
    ['قُتل', '1,200', 'شخص', '.']
    """
    return [Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text)]


def tokens(text: str) -> list[str]:
    """Return the texts of `words` without their places, in half the time."""
    return _WORD.findall(text)


@lru_cache(maxsize=1)
def _initials() -> tuple[str, ...]:
    return tuple(row["start"] for row in rows("initials.tsv"))


def _prefix_lengths(folded: str) -> list[int]:
    """Return the lengths of the prefixes to cut from a folded word, outermost first."""
    cuts: list[int] = []
    rest = folded
    if rest[:1] in _CONJ and len(rest) >= 4 and (not rest.startswith(_initials()) or (rest[1:3] == "ال" and len(rest) >= 6)):
        cuts.append(1)
        rest = rest[1:]
    if rest.startswith("لل") and len(rest) >= 5:
        return [*cuts, 1] if rest[1:].startswith(_initials()) else [*cuts, 1, 1]  # «للبنان»; else ل + (ا)ل
    if _takes_one(rest, bool(cuts)):
        cuts.append(1)
        rest = rest[1:]
    if rest.startswith("ال") and len(rest) >= 5:
        cuts.append(2)
    return cuts


def _takes_one(rest: str, joined: bool) -> bool:
    """Whether the word begins with a glued preposition or the future «س»."""
    if rest[:1] in _PREP and rest[1:3] == "ال" and len(rest) >= 6:
        return True
    if len(rest) < 5 or rest.startswith(_initials()):
        return False
    if rest[0] in _PREP:
        return rest[1:].startswith(_initials()) or (joined and rest[0] in "بل")
    return rest[0] == "س" and rest[1] in "يتن"


@lru_cache(maxsize=100_000)
def _cuts(folded: str) -> tuple[tuple[int, ...], int]:
    prefixes = _prefix_lengths(folded)
    core = folded[sum(prefixes) :]
    suffix = 0
    if not prefixes or prefixes[-1] != 2:  # a word with the article takes no pronoun
        suffix = next((len(s) for s in _SUFFIXES[:-3] if core.endswith(s) and len(core) - len(s) >= 3), 0)
    return tuple(prefixes), suffix


def parts(word: Word) -> Parts:
    """Return the word's clitics and core as offsets into the text the word came from.

    >>> text = "وبالعراق"; p = parts(words(text)[0]); [text[a:b] for a, b in (*p.prefixes, p.core)]
    ['و', 'ب', 'ال', 'عراق']
    """
    folded = fold(word.text)
    if not folded or not "\u0620" <= folded[0] <= "\u06ff":
        return Parts((), (word.start, word.end), None)
    prefixes, suffix = _cuts(folded)
    at, spans = 0, []
    for length in prefixes:
        end = _advance(word.text, at, length)
        spans.append((word.start + at, word.start + end))
        at = end
    tail = _advance(word.text, at, len(folded) - sum(prefixes) - suffix) if suffix else len(word.text)
    core = (word.start + at, word.start + tail)
    return Parts(tuple(spans), core, (word.start + tail, word.end) if suffix else None)


def _advance(text: str, at: int, letters: int) -> int:
    """Return the offset after so many folded letters from at, their marks included."""
    while letters > 0 and at < len(text):
        letters -= len(fold(text[at]))
        at += 1
        match = _MARK.match(text, at)
        at = match.end() if match else at
    return at


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the light stem of one word: folded, without clitics and inflection at its edges (after Larkey et al. 2007, "light10").

    >>> stem("والمتظاهرون"), stem("للحكومة"), stem("هجماتهم")
    ('متظاهر', 'حكوم', 'هجم')
    """
    core = fold(word)
    prefixes, _ = _cuts(core) if core else ((), 0)
    core = core[sum(prefixes) :]
    for _ in range(2):
        cut = next((s for s in _STEM_SUFFIXES if core.endswith(s) and len(core) - len(s) >= 3), "")
        if not cut:
            break
        core = core[: -len(cut)]
    return core


@lru_cache(maxsize=100_000)
def forms(word: str) -> tuple[str, ...]:
    """The word and what is left without conjunction and preposition, article kept; «للعراق» gives «العراق» too."""
    folded = fold(word)
    out = [folded]
    for letters in ("وف", "بلك"):
        if out[-1][:1] and out[-1][0] in letters and len(out[-1]) > 3:
            out.append("ال" + out[-1][2:] if out[-1].startswith("لل") else out[-1][1:])
    return tuple(out)
