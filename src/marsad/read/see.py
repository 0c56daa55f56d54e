"""What the reader knows of each word before it looks at the sentence: its form, and what the knowledge files and the lexicon of the model say of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marsad.arabic.letters import fold
from marsad.arabic.words import Word, parts, stem, words
from marsad.knowledge import rows

Numbers = NDArray[np.float32]
TYPES = (
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST", "ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "STATE",
)  # fmt: skip
KINDS = ("PER", "ORG", "LOC", "NOM")
PLACES = ("country", "city", "demonym")
LONGEST = 4  # words of a name in the gazetteer
FORM = 22
LEXICON = 1 + len(TYPES) + len(KINDS)
COLUMNS = FORM + len(PLACES) + 3 + LEXICON
Counts = Mapping[str, list[float]]  # stem -> occurrences, then as trigger by type, then as first word of a mention by kind


class Seen(NamedTuple):
    """The words of a sentence, their features (words x COLUMNS), the ISO code of the country each belongs to by the gazetteer ("" for none)."""

    words: list[Word]
    numbers: Numbers
    countries: list[str]


@lru_cache(maxsize=1)
def gazetteer() -> dict[str, tuple[int, str]]:
    table: dict[str, tuple[int, str]] = {}
    for row in rows("places.tsv"):
        name = fold(row["name"])
        if len(name) > 2:
            table.setdefault(name, (PLACES.index(row["kind"]), row["country"]))
    return table


@lru_cache(maxsize=1)
def _names() -> dict[str, float]:
    return {row["part"]: min(float(row["count"]), 20.0) / 20 for row in rows("person_names.tsv")}


@lru_cache(maxsize=200_000)
def key(word: str) -> str:
    """The stem under which the lexicon knows a word: light stem without the prefix of the present tense."""
    core = stem(word)
    return core[1:] if core[:1] in ("ي", "ت", "ن") and len(core) >= 4 else core


def forms(word: str) -> tuple[str, ...]:
    """The word and what is left without conjunction and preposition, article kept; «للعراق» gives «العراق» too."""
    folded = fold(word)
    out = [folded]
    for letters in ("وف", "بلك"):
        if out[-1][:1] and out[-1][0] in letters and len(out[-1]) > 3:
            out.append("ال" + out[-1][2:] if out[-1].startswith("لل") else out[-1][1:])
    return tuple(out)


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


def see(text: str, lexicon: Counts, less: Counts | None = None) -> Seen:
    """Return what is known of each word of a sentence. `less` is taken off the lexicon's counts (a training sentence's own)."""
    tokens = words(text)
    out = np.zeros((len(tokens), COLUMNS), np.float32)
    countries = [""] * len(tokens)
    table, names = gazetteer(), _names()
    folded = [fold(w.text) for w in tokens]
    at = 0
    while at < len(tokens):
        size = 0
        for n in range(min(LONGEST, len(tokens) - at), 0, -1):
            rest = folded[at + 1 : at + n]
            found = next((table[name] for form in forms(tokens[at].text) if (name := " ".join([form, *rest])) in table), None)
            if found:
                out[at, FORM + found[0]] = 1
                out[at + 1 : at + n, FORM + len(PLACES)] = 1
                countries[at : at + n] = [found[1]] * n
                size = n
                break
        at += size or 1
    for i, word in enumerate(tokens):
        row = out[i]
        row[:FORM] = _form(word.text)
        row[FORM + len(PLACES) + 1] = max((names.get(form, 0.0) for form in forms(word.text)), default=0.0)
        row[FORM + len(PLACES) + 2] = i / len(tokens)
        counts = lexicon.get(stemmed := key(word.text))
        if counts is not None:
            own = (less or {}).get(stemmed)
            left = np.maximum(np.array(counts) - np.array(own), 0) if own else np.array(counts)
            if left[0] > 0:
                row[-LEXICON] = np.log1p(left[0]) / 5
                row[-LEXICON + 1 :] = left[1:] / (left[0] + 0.5)
    return Seen(tokens, out, countries)
