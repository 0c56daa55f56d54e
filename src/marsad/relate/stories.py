"""Stories: each article joins a story or opens one, in time order; while its last days are in view, stories merge and split as evidence comes.

A story is the sum of its articles' vectors, two stories are as like as the cosine of their sums. Those alike enough are joined, the most alike first; then what stayed
small is added to a large story at less likeness, for comment on a large event speaks of it in other words. The articles in view are grouped anew at every `settle`, so the order of
arrival within a day matters little, and a group keeps the id of the story that it has most articles of.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marsad.records import Story, key
from marsad.relate.vectors import Trait, Vector

JOIN = 0.53  # cosine from which two groups are one story; this and those below chosen on shared/gold/stories/dev.jsonl
ADD = 0.42  # cosine from which a small group is added to a large one
SMALL, LARGE = 2, 8  # articles
LOOK = 0.34  # cosine of two articles from which their groups are compared at all
DAY = 0.0125  # taken off the cosine for every day between two groups
BESIDE = 25  # articles that one is compared with
NOTHING: Vector = np.zeros(0, np.float32)  # in place of a vector that is held elsewhere
BLOCK = 512  # articles whose likenesses are worked out at once
SKEW = 1.0  # days that an article may be dated after the present
VIEW = 4.0  # days in which an article can still change its story
ENTITIES = 8  # names of a story


class Cut(NamedTuple):
    """Groups while they are joined: sums of vectors, their lengths, sizes and mean days, row by row; members of each row that stands."""

    total: Vector
    length: NDArray[np.float32]
    size: NDArray[np.float32]
    day: NDArray[np.float32]
    members: dict[int, list[int]]

    def likeness(self, row: int, others: NDArray[np.int64]) -> NDArray[np.float32]:
        cosine = self.total[others] @ self.total[row] / (self.length[others] * self.length[row])
        out: NDArray[np.float32] = cosine - np.float32(DAY) * np.abs(self.day[others] - self.day[row])
        return out

    def join(self, row: int, other: int) -> None:
        a, b = self.size[row], self.size[other]
        self.day[row] = (a * self.day[row] + b * self.day[other]) / (a + b)
        self.total[row] += self.total[other]
        self.size[row] = a + b
        self.length[row] = np.linalg.norm(self.total[row])
        self.members[row] += self.members.pop(other)


def group(vectors: Vector, days: NDArray[np.float32], pairs: NDArray[np.int32]) -> list[list[int]]:
    """Return the groups of rows: agglomerative clustering by the cosine of sums, only along `pairs` of rows that are alike at all. `vectors` and `days` are used up."""
    cut = Cut(vectors, np.maximum(np.linalg.norm(vectors, axis=1), 1e-6).astype(np.float32), np.ones(len(vectors), np.float32), days, {i: [i] for i in range(len(vectors))})
    near: dict[int, set[int]] = {i: set() for i in range(len(vectors))}
    for a, b in pairs.tolist():
        near[a].add(b)
        near[b].add(a)
    version = [0] * len(vectors)
    heap: list[tuple[float, int, int, int, int]] = []
    for a, others in near.items():
        _offer(heap, cut, version, a, [b for b in others if b > a])
    while heap:
        _, a, b, at_a, at_b = heapq.heappop(heap)
        if at_a != version[a] or at_b != version[b] or a not in cut.members or b not in cut.members:
            continue
        cut.join(a, b)
        version[a] += 1
        for c in near.pop(b):
            near[c].discard(b)
            if c != a:
                near[c].add(a)
                near[a].add(c)
        _offer(heap, cut, version, a, sorted(near[a]))
    _add_small(cut, near)
    return sorted(sorted(m) for m in cut.members.values())


def _offer(heap: list[tuple[float, int, int, int, int]], cut: Cut, version: list[int], row: int, others: Sequence[int]) -> None:
    if not others:
        return
    for value, other in zip(cut.likeness(row, np.array(others)).tolist(), others, strict=True):
        if value >= JOIN:
            a, b = (row, other) if row < other else (other, row)
            heapq.heappush(heap, (-value, a, b, version[a], version[b]))


def _add_small(cut: Cut, near: Mapping[int, set[int]]) -> None:
    large = {row for row in cut.members if cut.size[row] >= LARGE}
    choice: dict[int, int] = {}
    for row in cut.members:
        beside = sorted(near[row] & large) if cut.size[row] <= SMALL else []
        if beside:
            likes = cut.likeness(row, np.array(beside))
            if likes.max() >= ADD:
                choice[row] = beside[int(likes.argmax())]
    for row, to in choice.items():
        cut.join(to, row)


class Stories:
    """The stories of a stream. `add` articles in time order, `settle` at the end of every day and of the stream; the stories that `settle` returns are final.

    An article without a date, or dated after the stream's present (the middle of the last five dates), is taken as of the present.
    """

    def __init__(self) -> None:
        self.live: list[Trait] = []
        self.days: list[float] = []  # since 1970, of the articles in view
        self.held: Vector = np.zeros((0, 0), np.float32)  # their vectors, with room for more: one block of memory that is kept
        self.pairs = np.zeros((0, 2), np.int32)  # rows that are alike at all
        self.story: dict[str, str] = {}  # article in view -> story
        self.past: dict[str, list[tuple[str, datetime | None]]] = {}  # story in view -> its articles that are out of view
        self.copies: dict[str, list[tuple[str, datetime | None]]] = {}  # article in view -> its copies
        self.voices: dict[str, list[Vector]] = {}  # article in view -> vectors of its copies
        self.recent: deque[float] = deque(maxlen=5)

    def __contains__(self, article_id: str) -> bool:
        return article_id in self.story

    def now(self) -> float:
        """Return the present of the stream, in days since 1970."""
        return median(self.recent) if self.recent else 0.0

    def copy(self, original_id: str, copy_id: str, at: datetime | None, trait: Trait | None = None) -> None:
        """Put a copy beside its original, which must be in view: it follows it into its story and counts for nothing else, but where it differs (its trait) both speak for the two."""
        self.copies.setdefault(original_id, []).append((copy_id, at))
        if trait:
            self.voices.setdefault(original_id, []).append(trait.vector)

    def add(self, traits: Sequence[Trait]) -> None:
        """Take articles in. Each joins the story of the article most like it, or opens one, until the next `settle` looks at all of them."""
        new = [t for t in {t.id: t for t in traits}.values() if t.id not in self.story]
        if not new:
            return
        start = len(self.live)
        self._make_room(start + len(new), len(new[0].vector))
        for n, t in enumerate(new, start):
            self.held[n] = t.vector
        self.live += [t._replace(vector=NOTHING) for t in new]
        self.recent.extend(t.at.timestamp() / 86400 for t in new[-5:] if t.at)
        for t in new:
            day = t.at.timestamp() / 86400 if t.at else self.now()
            self.days.append(min(day, self.now() + SKEW))
        found = [self.pairs]
        for first in range(start, len(self.live), BLOCK):
            likes = self.rows[first : first + BLOCK] @ self.rows.T
            for at, row in enumerate(likes, first):
                beside = _nearest(row[:at])
                found.append(np.stack([beside, np.full_like(beside, at)], 1))
                joins = len(beside) > 0 and row[beside[0]] >= JOIN
                self.story[self.live[at].id] = self.story[self.live[beside[0]].id] if joins else key("story", self.live[at].id)
        self.pairs = np.concatenate(found)

    @property
    def rows(self) -> Vector:
        """The vectors of the articles in view, a row each."""
        return self.held[: len(self.live)]

    def _make_room(self, rows: int, columns: int) -> None:
        if rows > len(self.held):
            more = np.zeros((max(BLOCK, rows * 3 // 2), columns), np.float32)
            if self.live:
                more[: len(self.live)] = self.rows
            self.held = more

    def settle(self, last: bool = False) -> list[Story]:
        """Group the articles in view anew; return the stories that have ended, all of them when the stream has."""
        if not self.live:
            return []
        for i, trait in enumerate(self.live):
            if voices := self.voices.pop(trait.id, None):
                whole = self.rows[i] * (1 + len(self.copies[trait.id]) - len(voices)) + np.sum(voices, axis=0)
                self.held[i] = whole / np.linalg.norm(whole)
        order = sorted(range(len(self.live)), key=lambda i: (self.days[i], self.live[i].id))
        place = np.empty(len(order), np.int32)
        place[order] = np.arange(len(order))
        groups = group(self.rows[order], np.array(self.days, np.float32)[order], np.sort(place[self.pairs], axis=1))
        self._name([[self.live[order[i]] for i in g] for g in groups])
        return self._end([[order[i] for i in g] for g in groups], last)

    def _name(self, groups: list[list[Trait]]) -> None:
        """Each group takes the story it has most articles of; a story that no group took has gone into the group with most of it."""
        shared = []  # (articles in common, group, place of the first of them: the older story wins, story)
        for i, g in enumerate(groups):
            stories = [self.story[t.id] for t in g]
            shared += [(-n, i, stories.index(old), old) for old, n in Counter(stories).items()]
        shared.sort()
        chosen: dict[int, str] = {}
        taken: set[str] = set()
        for _, i, _, old in shared:
            if i not in chosen and old not in taken:
                chosen[i] = old
                taken.add(old)
        names = [chosen.get(i) or key("story", g[0].id) for i, g in enumerate(groups)]
        for _, i, _, old in shared:
            if old not in taken:
                taken.add(old)
                self.past.setdefault(names[i], []).extend(self.past.pop(old, []))
        for name, g in zip(names, groups, strict=True):
            self.story.update((t.id, name) for t in g)

    def _end(self, groups: list[list[int]], last: bool) -> list[Story]:
        ended, gone, edge = [], set(), self.now() - VIEW
        for g in groups:
            members = [self.live[i] for i in g]
            name = self.story[members[0].id]
            if last or max(self.days[i] for i in g) < edge:
                ended.append(self._story(name, g))
                gone.update(g)
                continue
            for i in g:
                if self.days[i] < edge:  # out of view, its story goes on
                    self.past.setdefault(name, []).extend(self._with_copies(self.live[i]))
                    gone.add(i)
        self._drop(gone)
        return ended

    def _drop(self, gone: set[int]) -> None:
        for i in gone:
            del self.story[self.live[i].id]
            self.copies.pop(self.live[i].id, None)
        stay = [i for i in range(len(self.live)) if i not in gone]
        place = np.full(len(self.live), -1, np.int32)
        place[stay] = np.arange(len(stay))
        for first in range(0, len(stay), BLOCK):  # rows only move up, so they can be moved where they stand
            self.held[first : first + BLOCK][: len(stay) - first] = self.held[stay[first : first + BLOCK]]
        self.live, self.days = [self.live[i] for i in stay], [self.days[i] for i in stay]
        self.pairs = place[self.pairs]
        self.pairs = self.pairs[(self.pairs >= 0).all(1)]

    def _with_copies(self, trait: Trait) -> list[tuple[str, datetime | None]]:
        return [(trait.id, trait.at), *self.copies.get(trait.id, [])]

    def _story(self, name: str, numbers: Sequence[int]) -> Story:
        members = [self.live[i] for i in numbers]
        far = datetime.max.replace(tzinfo=UTC)
        told = sorted([one for t in members for one in self._with_copies(t)] + self.past.pop(name, []), key=lambda one: (one[1] or far, one[0]))
        near = self.held[list(numbers)] @ self.held[list(numbers)].sum(0)
        _, _, centre = max((float(like) if t.headline else -1.0, t.id, t) for like, t in zip(near, members, strict=True))
        moments = [at for _, at in told if at]
        marks = tuple(n for n, _ in Counter(n for t in members for n in t.names).most_common(ENTITIES))
        return Story(
            id=name, article_ids=tuple(i for i, _ in told), headline=centre.headline, first_at=min(moments, default=None), last_at=max(moments, default=None), entities=marks
        )


def _nearest(likes: Vector) -> NDArray[np.int32]:
    """Rows that are alike at all, at most BESIDE of them, the most alike first."""
    rows = np.flatnonzero(likes >= LOOK)
    if len(rows) > BESIDE:
        rows = rows[np.argpartition(-likes[rows], BESIDE)[:BESIDE]]
    return rows[np.argsort(-likes[rows], kind="stable")].astype(np.int32)
