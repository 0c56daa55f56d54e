"""The registry of known people, bodies and places (`knowledge/entities.tsv`): who a name means, whatever its spelling, and the country a description points to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

from marsad.arabic.letters import fold
from marsad.arabic.words import Word, forms
from marsad.knowledge import rows

LONGEST = 6  # words of a name
T = TypeVar("T")
NEAR = 20  # words within which a country lends itself to a description that names none


class Entity(NamedTuple):
    """A known thing: its fullest name, kind (PER ORG LOC), country (ISO 3166-1 alpha-3 or ""), PLOVER sector or ""."""

    name: str
    kind: str
    country: str
    sector: str


class Standing(NamedTuple):
    """A known name in a sentence: first word, one past the last, and whose it is."""

    first: int
    end: int
    entity: Entity


@lru_cache(maxsize=1)
def registry() -> dict[str, Entity]:
    """Return every known name, folded, with its entity; the first row of a name wins. Bodies that every state has («الجيش» and «العراقي») are composed."""
    table: dict[str, Entity] = {}
    for row in rows("entities.tsv"):
        table.setdefault(fold(row["name"]), Entity(row["entity"], row["kind"], row["country"], row["sector"]))
    adjectives = [
        (row["name"], fold(row["name"]), row["country"]) for row in rows("places.tsv") if row["kind"] == "demonym" and all(w.startswith("ال") for w in row["name"].split())
    ]
    for body in rows("bodies.tsv"):
        folded, end = fold(body["name"]), "ية" if body["gender"] == "f" else "ي"
        for adjective, bare, country in adjectives:
            if adjective.endswith(end):
                table.setdefault(f"{folded} {bare}", Entity(f"{body['entity']} {adjective}", "ORG", country, body["sector"]))
    return table


@lru_cache(maxsize=1)
def _begins() -> dict[str, int]:
    return beginnings(registry())


def add(more: Mapping[str, Entity]) -> None:
    """Put further names, folded, before those of the registry, for the rest of this process."""
    registry().update(more)
    _begins.cache_clear()


def standing(words: Sequence[Word]) -> list[Standing]:
    """Return the known names among the words, longest first from the left, glued conjunctions and prepositions passed over.

    >>> from marsad.arabic.words import words
    >>> [s.entity.name for s in standing(words("قال لافروف وحركة حماس"))]
    ['سيرغي لافروف', 'حماس']
    """
    table, begins, out, at = registry(), _begins(), [], 0
    folded = [fold(w.text) for w in words]
    while at < len(words):
        if found := longest(table, begins, words[at].text, folded, at, LONGEST):
            out.append(Standing(at, at + found[0], found[1]))
        at += found[0] if found else 1
    return out


def beginnings(names: Iterable[str]) -> dict[str, int]:
    """Return for the first word of every name how many words the longest name has that begins so."""
    out: dict[str, int] = {}
    for name in names:
        first, _, rest = name.partition(" ")
        out[first] = max(out.get(first, 0), 1 + len(rest.split()))
    return out


def longest(table: Mapping[str, T], begins: Mapping[str, int], word: str, folded: Sequence[str], at: int, limit: int) -> tuple[int, T] | None:
    """Return how many words the longest name of the table has that begins at word `at`, and what it means; most words begin none, which `begins` tells at once."""
    ways = [(form, reach) for form in forms(word) if (reach := begins.get(form))]
    if not ways:
        return None
    for size in range(min(limit, len(folded) - at, max(reach for _, reach in ways)), 0, -1):
        for form, reach in ways:
            name = " ".join((form, *folded[at + 1 : at + size]))
            if reach >= size and name in table:
                return size, table[name]
    return None


def lands(gazetteer: Sequence[str], known: Sequence[Standing]) -> list[str]:
    """Return for each word the country it speaks of, by the registry, else by the gazetteer of places and demonyms; "" for none."""
    out = [*gazetteer]
    for one in known:
        out[one.first : one.end] = [one.entity.country] * (one.end - one.first)
    return out


def land_of(first: int, last: int, spoken: Sequence[str]) -> tuple[str, str]:
    """Return the country a mention (first to last word) names, the last one in it, and the nearest one named outside it; "" for none."""
    inside = [land for land in spoken[first : last + 1] if land]
    outside = [(first - i if i < first else i - last, land) for i, land in enumerate(spoken) if land and not first <= i <= last]
    distance, land = min(outside, default=(NEAR + 1, ""), key=lambda n: n[0])
    return inside[-1] if inside else "", land if distance <= NEAR else ""
