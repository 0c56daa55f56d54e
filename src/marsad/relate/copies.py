"""Copies: one text under several headlines, cut at its end, with another first paragraph, in other spellings; and revisions of one address.

Candidates come from MinHash over shingles of folded words (Broder 1997; rensa), then the shingles themselves are compared and the shared passages aligned word by word.
An article is compared with originals only, so ten thousand copies of one text cost ten thousand comparisons.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash, RMinHashLSH

from marsad.arabic.letters import fold
from marsad.arabic.words import Word, folded_words, words
from marsad.knowledge import rows
from marsad.records import Article, Link, Reading, Reason, Span, body_blocks

SHINGLE = 4  # words
PERMUTATIONS, BANDS = 128, 64  # of two rows: texts that share a quarter of their shingles are candidates with 98 %
ALIKE, HELD = 0.25, 0.45  # least shared part of both texts together, and of the shorter one; chosen on shared/gold/stories/dev.jsonl
WHOLE = 0.9  # a short text that stands in a long one so far is its copy
LEAST = 12  # words: shorter texts are copies only when they are equal
VIEW = 5.0  # days in which an original is remembered
EDGE = 80  # characters at the edges of the body in which an agency is credited
PASSAGE = 6  # words from which a shared run is shown
_CREDIT = re.compile(r"[()\[\]–—:|/،]|\s-\s")


class Text(NamedTuple):
    """An article's body as it is compared: its id, address and day, itself packed, the countries its headline names, how many words it has, the digest of all of them, its shingles, sorted."""

    id: str
    url: str
    day: float | None
    packed: bytes
    lands: frozenset[str]
    size: int
    digest: bytes
    shingles: NDArray[np.uint64]


def text_of(article: Article, reading: Reading) -> Text:
    """Return what an article is compared by."""
    heads = [(b.start, b.end) for b in article.blocks if b.role == "headline"]
    lands = frozenset(m.country for m in reading.mentions if m.country and any(a <= m.start < b for a, b in heads))
    folded = [w for b in body_blocks(article) for w in folded_words(article.text[b.start : b.end])]
    digest = blake2b(" ".join(folded).encode("utf8", "surrogatepass"), digest_size=16).digest()
    day = article.published_at.timestamp() / 86400 if article.published_at else None
    return Text(article.id, article.url, day, zlib.compress(msgspec.json.encode(article), 1), lands, len(folded), digest, _shingles(folded))


def _article(text: Text) -> Article:
    return msgspec.json.decode(zlib.decompress(text.packed), type=Article)


@lru_cache(maxsize=50_000)
def _number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf8", "surrogatepass"), digest_size=8).digest(), "big")


def _shingles(folded: list[str]) -> NDArray[np.uint64]:
    """A number for each run of SHINGLE words (all of them, where there are fewer): a polynomial of the words' hashes."""
    numbers = np.array([_number(w) for w in folded], np.uint64)
    out = np.zeros(max(min(1, len(folded)), len(folded) - SHINGLE + 1), np.uint64)
    for i in range(min(SHINGLE, len(folded))):
        out = out * np.uint64(0x9E3779B97F4A7C15) + numbers[i : i + len(out)]
    return np.unique(out)


def _words(article: Article) -> tuple[list[Word], list[str]]:
    """The words of an article's body with their places, and folded."""
    found = [Word(w.start + b.start, w.end + b.start, w.text) for b in body_blocks(article) for w in words(article.text[b.start : b.end]) if w.text[0].isalnum()]
    return found, [fold(w.text) for w in found]


def bands_of(article: Article) -> list[int]:
    """Return the MinHash bands of an article's body as numbers: articles that share one are candidates for copies (as `Copies` finds them); none for texts too short to tell."""
    folded = [w for b in body_blocks(article) for w in folded_words(article.text[b.start : b.end])]
    if len(folded) < LEAST:
        return []
    sketch = RMinHash(num_perm=PERMUTATIONS, seed=42)
    sketch.update(list(map(str, _shingles(folded).tolist())))
    digest, rows_ = sketch.digest(), PERMUTATIONS // BANDS
    return [int.from_bytes(blake2b(f"{n}:{digest[n * rows_ : (n + 1) * rows_]}".encode(), digest_size=8).digest(), "big", signed=True) for n in range(BANDS)]


def compared(first: Article, first_reading: Reading, second: Article, second_reading: Reading) -> Link | None:
    """Return the Link of two articles when one copies the other, by the measure of `Copies`; None when neither does."""
    pair = Copies()
    pair.add(first, first_reading)
    return pair.add(second, second_reading)


def shared(left: Article, right: Article) -> Iterator[tuple[Span, Span, int]]:
    """Yield the passages of PASSAGE words or more that both bodies have, by place in the left one: span there, span in the right one, number of words."""
    (ours, mine), (theirs, other) = _words(left), _words(right)
    at_right: dict[tuple[str, ...], int] = {}
    for j in range(len(other) - SHINGLE, -1, -1):
        at_right[tuple(other[j : j + SHINGLE])] = j
    i = 0
    while i <= len(mine) - SHINGLE:
        here = tuple(mine[i : i + SHINGLE])
        if here not in at_right:
            i += 1
            continue
        j = at_right[here]
        n = SHINGLE
        while i + n < len(mine) and j + n < len(other) and mine[i + n] == other[j + n]:
            n += 1
        if n >= PASSAGE:
            yield Span(ours[i].start, ours[i + n - 1].end), Span(theirs[j].start, theirs[j + n - 1].end), n
        i += n


@lru_cache(maxsize=1)
def _agencies() -> Mapping[str, str]:
    return {fold(row["name"]).lower(): row["agency"] for row in rows("agencies.tsv")}


def agency_of(article: Article) -> str:
    """Return the agency an article credits, in its byline or between marks at the edge of its body («الرياض (واس)»); "" when none."""
    lines = [article.text[b.start : b.end] for b in article.blocks if b.role == "byline"]
    body = body_blocks(article)
    if body:
        lines += [article.text[body[0].start : min(body[0].end, body[0].start + EDGE)], article.text[max(body[-1].start, body[-1].end - EDGE) : body[-1].end]]
    for line in lines:
        for part in (*_CREDIT.split(line), *(" ".join(line.split()[-n:]) for n in (1, 2, 3) if len(line) < EDGE)):
            if found := _agencies().get(" ".join(fold(part).lower().split()).strip(".\"' ")):
                return found
    return ""


class Copies:
    """The originals of the last days. `add` articles in time order."""

    def __init__(self) -> None:
        self.lsh = RMinHashLSH(threshold=0.25, num_perm=PERMUTATIONS, num_bands=BANDS)
        self.originals: dict[int, Text] = {}
        self.exact: dict[bytes, str] = {}  # digest of a whole text -> the original that has it
        self.by_id: dict[str, Text] = {}
        self.urls: dict[str, str] = {}
        self.order: deque[tuple[float, int, str]] = deque()
        self.next = 0

    def add(self, article: Article, reading: Reading) -> Link | None:
        """Return the Link to the original this article copies, or to the version of its own address before it; None when it is an original, which is remembered."""
        text = text_of(article, reading)
        if not text.size:
            return None
        link = self._exact(text) or self._same(text)
        former = self.urls.get(article.url) if article.url else None
        if former in self.by_id and former != article.id:
            return self._link(self.by_id[former], text, "revision")
        if link is None:
            self._remember(text)
        return link

    def _exact(self, text: Text) -> Link | None:
        same = self.exact.get(text.digest)
        return self._link(self.by_id[same], text, "copy") if same in self.by_id and same != text.id else None

    def _same(self, text: Text) -> Link | None:
        if text.size < LEAST:
            return None
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=42)
        sketch.update(list(map(str, text.shingles.tolist())))
        best, most = None, 0.0
        for number in sorted(self.lsh.query(sketch)):
            other = self.originals.get(number)
            if other is None or other.id == text.id or other.size < LEAST:
                continue
            both = _both(text, other)
            held, alike = both / min(len(text.shingles), len(other.shingles)), both / (len(text.shingles) + len(other.shingles) - both)
            if (held >= HELD and alike >= ALIKE) or held >= WHOLE:
                apart = text.lands and other.lands and not text.lands & other.lands and held < WHOLE  # one congratulation for two states
                if held > most and not apart:
                    best, most = other, held
        self._sketch = sketch
        return self._link(best, text, "copy") if best else None

    def _link(self, first: Text, second: Text, kind: str) -> Link:
        both = _both(first, second)
        one, two = _article(first), _article(second)
        left, right = (one, two) if _before(one, two) else (two, one)
        passages = [Reason(what="passage", text=f"{n} كلمة بنصها", left=(a,), right=(b,)) for a, b, n in shared(left, right)]
        score = round(both / max(1, min(len(first.shingles), len(second.shingles))), 3)
        agency = agency_of(left) or agency_of(right)
        return Link(
            left_id=left.id,
            right_id=right.id,
            kind=kind,
            score=score,
            because=tuple(sorted(passages, key=lambda p: p.left[0].start - p.left[0].end)),
            agency=agency,
        )

    def _remember(self, text: Text) -> None:
        self.next += 1
        if text.size >= LEAST:
            self.lsh.insert(self.next, self._sketch)
        self.originals[self.next] = text
        self.by_id[text.id] = text
        if text.url:
            self.urls[text.url] = text.id
        self.exact[text.digest] = text.id
        day = text.day if text.day is not None else (self.order[-1][0] if self.order else 0.0)
        self.order.append((day, self.next, text.id))
        while self.order and self.order[0][0] < day - VIEW:
            self._forget(self.order.popleft()[1])

    def _forget(self, number: int) -> None:
        old = self.originals.pop(number)
        if old.size >= LEAST:
            self.lsh.remove(number)
        self.by_id.pop(old.id, None)
        self.exact.pop(old.digest, None)
        if self.urls.get(old.url) == old.id:
            del self.urls[old.url]


def _both(one: Text, other: Text) -> int:
    return len(np.intersect1d(one.shingles, other.shingles, assume_unique=True))


def _before(first: Article, second: Article) -> bool:
    """Whether the first was published before; where the moments do not tell, it is the one that came first."""
    return not (first.published_at and second.published_at and second.published_at < first.published_at)
