"""What the reader knows of each word before it looks at the sentence: its form, and what the knowledge files and the lexicon of the model say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marsad.arabic.letters import fold
from marsad.arabic.words import Word, forms, parts, words
from marsad.knowledge import rows
from marsad.read.entities import Standing, beginnings, lands, longest, standing
from marsad.read.lexicon import event_word, key

Numbers = NDArray[np.float32]
TYPES = (
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "STATE",
)  # fmt: skip
KINDS = ("PER", "ORG", "LOC", "NOM")
PLACES = ("country", "city", "demonym")
LONGEST = 4  # words of a name in the gazetteer
FORM = 22
LEXICON = 1 + len(TYPES) + len(KINDS)
KNOWN = FORM + len(PLACES) + 3  # first column of what the registry says: kind at the first word, then whether inside
COLUMNS = KNOWN + 4 + LEXICON + len(TYPES)  # last: the type of a known event word
Counts = Mapping[str, list[float]]  # stem -> occurrences, then as trigger by type, then as first word of a mention by kind


class Seen(NamedTuple):
    """The words of a sentence, their features (words x COLUMNS), the ISO code of the country each speaks of ("" for none), the known names in it."""

    words: list[Word]
    numbers: Numbers
    countries: list[str]
    known: list[Standing]


@lru_cache(maxsize=1)
def gazetteer() -> dict[str, tuple[int, str]]:
    table: dict[str, tuple[int, str]] = {}
    for row in rows("places.tsv"):
        name = fold(row["name"])
        if len(name) > 2:
            table.setdefault(name, (PLACES.index(row["kind"]), row["country"]))
    return table


@lru_cache(maxsize=1)
def _begins() -> dict[str, int]:
    return beginnings(gazetteer())


@lru_cache(maxsize=1)
def _names() -> dict[str, float]:
    return {row["part"]: min(float(row["count"]), 20.0) / 20 for row in rows("person_names.tsv")}


@lru_cache(maxsize=200_000)
def _form(text: str) -> tuple[float, ...]:
    word = fold(text)
    cut = parts(Word(0, len(text), text))
    glued = [fold(text[a:b]) for a, b in cut.prefixes]
    core = fold(text[cut.core[0] : cut.core[1]])
    return tuple(map(float, (
        "و" in glued or "ف" in glued, "ب" in glued, "ل" in glued, "ك" in glued, "ال" in glued, cut.suffix is not None, word[:1] == "ي", word[:1] == "ت", word[:1] == "ن", word[:1] == "س",
        word.endswith("ت"), word.endswith("وا"), word.endswith(("ون", "ين")), word.endswith("ات"), text.endswith("ة"), word.endswith("ي"), core.startswith("م"), word[:1].isdigit(),
        len(word) == 1 and not word.isalnum(), word.isascii() and word.isalpha(), word in ('"', "'"), len(word) / 8,
    )))  # fmt: skip


class Hits(NamedTuple):
    """Names of the gazetteer in a sentence: first and last word and kind of each, the country of each word ("" for none)."""

    spans: list[tuple[int, int, str]]
    countries: list[str]


def places(tokens: Sequence[Word]) -> Hits:
    """Return the places and demonyms among the words, longest first from the left, glued conjunctions and prepositions passed over."""
    table, begins, countries = gazetteer(), _begins(), [""] * len(tokens)
    spans: list[tuple[int, int, str]] = []
    folded = [fold(w.text) for w in tokens]
    at = 0
    while at < len(tokens):
        size = 1
        if found := longest(table, begins, tokens[at].text, folded, at, LONGEST):
            size, (kind, country) = found
            spans.append((at, at + size - 1, PLACES[kind]))
            countries[at : at + size] = [country] * size
        at += size
    return Hits(spans, countries)


def see(text: str, lexicon: Counts, less: Counts | None = None) -> Seen:
    """Return what is known of each word of a sentence. `less` is taken off the lexicon's counts (a training sentence's own)."""
    tokens = words(text)
    out = np.zeros((len(tokens), COLUMNS), np.float32)
    names = _names()
    hits = places(tokens)
    for first, last, kind in hits.spans:
        out[first, FORM + PLACES.index(kind)] = 1
        out[first + 1 : last + 1, FORM + len(PLACES)] = 1
    known = standing(tokens)
    for one in known:
        out[one.first, KNOWN + KINDS.index(one.entity.kind)] = 1
        out[one.first + 1 : one.end, KNOWN + 3] = 1
    for i, word in enumerate(tokens):
        row = out[i]
        row[:FORM] = _form(word.text)
        if told := event_word(word.text):
            row[TYPES.index(told.type) - len(TYPES)] = 1
        row[FORM + len(PLACES) + 1] = max((names.get(form, 0.0) for form in forms(word.text)), default=0.0)
        row[FORM + len(PLACES) + 2] = i / len(tokens)
        counts = lexicon.get(stemmed := key(word.text))
        if counts is not None:
            own = (less or {}).get(stemmed)
            left = np.maximum(np.array(counts) - np.array(own), 0) if own else np.array(counts)
            if left[0] > 0:
                row[KNOWN + 4] = np.log1p(left[0]) / 5
                row[KNOWN + 5 : KNOWN + 4 + LEXICON] = left[1:] / (left[0] + 0.5)
    return Seen(tokens, out, lands(hits.countries, known), known)
