"""What the parts of outlook share: articles with their readings, and what counts as one thing told twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from marsad.arabic.letters import fold
from marsad.arabic.words import folded_words, forms, stem
from marsad.knowledge import rows
from marsad.read import sentences
from marsad.records import Article, Mention, Reading, Span


class Told(NamedTuple):
    """An article with its reading. copy_of: the id of the article whose text it repeats, "" for an original."""

    article: Article
    reading: Reading
    copy_of: str = ""


class Evidence(NamedTuple):
    """Where a record was read: the article, the words, who published them and when, and the article they were copied from, "" for an original."""

    article_id: str
    span: Span
    outlet: str
    at: str
    copy_of: str = ""


class Party(NamedTuple):
    """Somebody or something with a role. key: what tells it from others: its entity, else its country and sector, else its folded name; name: as written; country: ISO code or ""."""

    key: str
    name: str
    country: str


def party(told: Told, mention: Mention) -> Party:
    """Return a mention as a Party."""
    name = told.article.text[mention.start : mention.end]
    if mention.entity_id:
        return Party(mention.entity_id, name, mention.country)
    bare = " ".join(fold(name).split())
    return Party(f"nom:{mention.country}:{bare}" if mention.kind == "NOM" else f"{mention.kind.lower()}:{bare}", name, mention.country)


def parties(told: Told, numbers: Sequence[int]) -> tuple[Party, ...]:
    """Return the parties of some mentions, each once."""
    return tuple({p.key: p for p in (party(told, told.reading.mentions[n]) for n in numbers)}.values())


def evidence(told: Told, span: Span) -> Evidence:
    """Return a span of an article as Evidence."""
    at = told.article.published_at.isoformat() if told.article.published_at else ""
    return Evidence(told.article.id, span, told.article.outlet, at, told.copy_of)


def sentence_of(article: Article, at: int) -> Span:
    """Return the sentence in which a character stands; the character alone when it stands in none."""
    for block in article.blocks:
        if block.start <= at < block.end:
            return next((Span(a, b) for a, b in _sentences(article.text, block.start, block.end) if a <= at < b), Span(block.start, block.end))
    return Span(at, at + 1)


@lru_cache(maxsize=100)
def _sentences(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    return tuple(sentences(text, start, end))  # several records of a block are asked for, one after the other


_EMPTY = frozenset(
    fold("في من على إلى عن أن إن أنه أنها إنه إنها التي الذي مع بعد قبل كل هذا هذه ذلك تلك قد لا ما لم لن هو هي كان كانت بين حتى أو ثم كما عند منذ خلال أي غير").split()
)


_SPELLED = {stem(a): stem(b) for a, b in (("أمريكا", "أميركا"), ("أمريكية", "أميركية"), ("أمريكيين", "أميركيين"))}


@lru_cache(maxsize=20_000)
def content_stems(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that carry its content, whatever is glued to them, in one spelling."""
    bare = (stem(forms(w)[-1]) for w in folded_words(text) if len(w) > 2 and w not in _EMPTY)
    return frozenset(_SPELLED.get(w, w) for w in bare)


def alike(left: str, right: str) -> float:
    """Return the share (0-1) of the content words of the shorter text that the other one has; 0 when either has none."""
    a, b = content_stems(left), content_stems(right)
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


@lru_cache(maxsize=1)
def scores() -> Mapping[tuple[str, str], tuple[int, float]]:
    """Return quad class (1 verbal and 2 material cooperation, 3 verbal and 4 material conflict) and conflict-cooperation score by type and mode; a mode that is not there has its type's."""
    return {(row["type"], row["mode"]): (int(row["quad"]), float(row["intensity"])) for row in rows("plover.tsv")}


def score_of(type_: str, mode: str) -> tuple[int, float]:
    """Return quad class and conflict-cooperation score of a type and mode (PLOVER manual)."""
    return scores().get((type_, mode)) or scores()[(type_, "")]


def originals_first(told: Sequence[Told]) -> Iterator[Told]:
    """Yield articles by time, undated ones last, originals before their copies of the same moment."""
    yield from sorted(told, key=lambda t: (t.article.published_at is None, t.article.published_at.isoformat() if t.article.published_at else "", bool(t.copy_of), t.article.id))
