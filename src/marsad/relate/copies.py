"""Copies: one text under several headlines, cut at its end, with another first paragraph, in other spellings; and revisions of one address.

Candidates come from MinHash over shingles of folded words (Broder 1997; rensa), then the shingles themselves are compared and the shared passages aligned word by word.
An article is compared with originals only, so ten thousand copies of one text cost ten thousand comparisons.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from rensa import RMinHash, RMinHashLSH

from marsad.arabic.letters import fold
from marsad.arabic.words import Word, words
from marsad.knowledge import rows
from marsad.records import Article, Link, Reading, Reason, Span, body_blocks, key

SHINGLE = 4  # words
PERMUTATIONS, BANDS = 128, 64  # of two rows: texts that share a quarter of their shingles are candidates with 98 %
ALIKE, HELD = 0.25, 0.45  # least shared part of both texts together, and of the shorter one; chosen on shared/gold/stories/dev.jsonl
WHOLE = 0.9  # a short text that stands in a long one so far is its copy
LEAST = 12  # words: shorter texts are copies only when they are equal
VIEW = 10.0  # days in which an original is remembered
EDGE = 80  # characters at the edges of the body in which an agency is credited
PASSAGE = 6  # words from which a shared run is shown
_CREDIT = re.compile(r"[()\[\]–—:|/،]|\s-\s")


class Text(NamedTuple):
    """An article's body as it is compared: its words (with offsets into Article.text), them folded, its shingles; the countries its headline names."""

    article: Article
    lands: frozenset[str]
    words: list[Word]
    folded: list[str]
    shingles: frozenset[int]


def text_of(article: Article, reading: Reading) -> Text:
    """Return the words and shingles of an article's body."""
    heads = [(b.start, b.end) for b in article.blocks if b.role == "headline"]
    lands = frozenset(m.country for m in reading.mentions if m.country and any(a <= m.start < b for a, b in heads))
    found = [Word(w.start + b.start, w.end + b.start, w.text) for b in body_blocks(article) for w in words(article.text[b.start : b.end]) if w.text[0].isalnum()]
    folded = [fold(w.text) for w in found]
    return Text(article, lands, found, folded, frozenset(_shingle(folded, i) for i in range(max(1, len(folded) - SHINGLE + 1))) if folded else frozenset())


def _shingle(folded: list[str], at: int) -> int:
    return int.from_bytes(blake2b(" ".join(folded[at : at + SHINGLE]).encode("utf8", "surrogatepass"), digest_size=8).digest(), "big")


def shared(left: Text, right: Text) -> Iterator[tuple[Span, Span, int]]:
    """Yield the passages of PASSAGE words or more that both texts have, by place in the left one: span there, span in the right one, number of words."""
    at_right: dict[tuple[str, ...], int] = {}
    for j in range(len(right.folded) - SHINGLE, -1, -1):
        at_right[tuple(right.folded[j : j + SHINGLE])] = j
    i = 0
    while i <= len(left.folded) - SHINGLE:
        here = tuple(left.folded[i : i + SHINGLE])
        if here not in at_right:
            i += 1
            continue
        j = at_right[here]
        n = SHINGLE
        while i + n < len(left.folded) and j + n < len(right.folded) and left.folded[i + n] == right.folded[j + n]:
            n += 1
        if n >= PASSAGE:
            yield Span(left.words[i].start, left.words[i + n - 1].end), Span(right.words[j].start, right.words[j + n - 1].end), n
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
        self.exact: dict[str, str] = {}  # digest of a whole text -> the original that has it
        self.by_id: dict[str, Text] = {}
        self.urls: dict[str, str] = {}
        self.order: deque[tuple[float, int, str]] = deque()
        self.next = 0

    def add(self, article: Article, reading: Reading) -> Link | None:
        """Return the Link to the original this article copies, or to the version of its own address before it; None when it is an original, which is remembered."""
        text = text_of(article, reading)
        if not text.folded:
            return None
        link = self._exact(text) or self._same(text)
        former = self.urls.get(article.url) if article.url else None
        if former in self.by_id and former != article.id:
            return self._link(self.by_id[former], text, "revision")
        if link is None:
            self._remember(text)
        return link

    def _exact(self, text: Text) -> Link | None:
        same = self.exact.get(key(*text.folded))
        return self._link(self.by_id[same], text, "copy") if same in self.by_id and same != text.article.id else None

    def _same(self, text: Text) -> Link | None:
        if len(text.folded) < LEAST:
            return None
        sketch = RMinHash(num_perm=PERMUTATIONS, seed=42)
        sketch.update([str(s) for s in text.shingles])
        best, most = None, 0.0
        for number in sorted(self.lsh.query(sketch)):
            other = self.originals.get(number)
            if other is None or other.article.id == text.article.id or len(other.folded) < LEAST:
                continue
            both = len(text.shingles & other.shingles)
            held, alike = both / min(len(text.shingles), len(other.shingles)), both / len(text.shingles | other.shingles)
            if (held >= HELD and alike >= ALIKE) or held >= WHOLE:
                apart = text.lands and other.lands and not text.lands & other.lands and held < WHOLE  # one congratulation for two states
                if held > most and not apart:
                    best, most = other, held
        self._sketch = sketch
        return self._link(best, text, "copy") if best else None

    def _link(self, first: Text, second: Text, kind: str) -> Link:
        both = len(first.shingles & second.shingles)
        left, right = (first, second) if _before(first.article, second.article) else (second, first)
        passages = [Reason(what="passage", text=f"{n} كلمة بنصها", left=(a,), right=(b,)) for a, b, n in shared(left, right)]
        score = round(both / max(1, min(len(first.shingles), len(second.shingles))), 3)
        agency = agency_of(left.article) or agency_of(right.article)
        return Link(
            left_id=left.article.id,
            right_id=right.article.id,
            kind=kind,
            score=score,
            because=tuple(sorted(passages, key=lambda p: p.left[0].start - p.left[0].end)),
            agency=agency,
        )

    def _remember(self, text: Text) -> None:
        self.next += 1
        if len(text.folded) >= LEAST:
            self.lsh.insert(self.next, self._sketch)
        self.originals[self.next] = text
        self.by_id[text.article.id] = text
        if text.article.url:
            self.urls[text.article.url] = text.article.id
        self.exact[key(*text.folded)] = text.article.id
        day = text.article.published_at.timestamp() / 86400 if text.article.published_at else (self.order[-1][0] if self.order else 0.0)
        self.order.append((day, self.next, text.article.id))
        while self.order and self.order[0][0] < day - VIEW:
            self._forget(self.order.popleft()[1])

    def _forget(self, number: int) -> None:
        old = self.originals.pop(number)
        if len(old.folded) >= LEAST:
            self.lsh.remove(number)
        self.by_id.pop(old.article.id, None)
        self.exact.pop(key(*old.folded), None)
        if self.urls.get(old.article.url) == old.article.id:
            del self.urls[old.article.url]


def _before(first: Article, second: Article) -> bool:
    """Whether the first was published before; where the moments do not tell, it is the one that came first."""
    return not (first.published_at and second.published_at and second.published_at < first.published_at)
