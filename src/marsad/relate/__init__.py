"""Fourth stage: articles with their readings become Links and Stories: which are copies of one text, which tell one story. Pure.

for found in relate([(article, reading), ...]): ...
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from marsad.records import Article, Link, Reading, Story
from marsad.relate.copies import Copies
from marsad.relate.stories import Stories
from marsad.relate.vectors import Meanings, Rarity, Vector, traits

Portion = list[tuple[Article, Reading]]
AHEAD = 800  # articles whose meanings are worked out before they are needed
SAME = 0.9  # share of a text in common from which its copy says nothing of its own
PORTION = 400  # articles that are dealt with at once
SETTLE = 2000  # articles after which stories are settled, should a day have more

__all__ = ["PORTION", "relate"]


def relate(told: Iterable[tuple[Article, Reading]], cores: int = 1, known: Callable[[str], Vector | None] | None = None) -> Iterator[Link | Story]:
    """Yield a Link for every copy and every revision of one address, as soon as it comes, and every Story when it has ended.

    told: articles with their readings, by time of publication, those without a date wherever they came; a day is settled when the next begins. cores: with more
    than one, so many processes work the meanings out ahead. known: gives the meanings of articles, by their ids, that were worked out before, each once. Memory holds the articles of the last days only. An article without headline and body belongs to no story.
    """
    book, rarity = Stories(), Rarity()
    with Meanings(cores) as ahead:
        since = 0
        for (portion, whole), links, meant in _ahead(_portions(told), ahead, known or (lambda _: None)):
            yield from links.values()
            first = {copy: link.left_id if link.left_id != copy else link.right_id for copy, link in links.items()}
            alone = {a.id for a, _ in portion} - set(first)
            follows = {copy: original for copy, original in first.items() if original in alone or original in book}
            met = traits([(a, r) for a, r in portion if a.id not in follows or links[a.id].score < SAME], rarity, meant())
            book.add([t for t in met if t.id not in follows])
            varied = {t.id: t for t in met}
            for article, _ in portion:
                if article.id in follows:
                    book.copy(follows[article.id], article.id, article.published_at, varied.get(article.id))
            since += len(portion)
            if whole or since >= SETTLE:
                yield from book.settle()
                since = 0
    yield from book.settle(last=True)


Begun = tuple[tuple[Portion, bool], dict[str, Link], Callable[[], dict[str, Vector]]]


def _ahead(portions: Iterator[tuple[Portion, bool]], meanings: Meanings, known: Callable[[str], Vector | None]) -> Iterator[Begun]:
    """Portions, the links of their copies, and what gives the meanings of the others, which are begun while up to AHEAD articles before them are dealt with."""
    copies, begun, waiting = Copies(), deque[Begun](), 0
    for portion, whole in portions:
        links = {article.id: link for article, reading in portion if (link := copies.add(article, reading))}
        needed = [a for a, _ in portion if a.id not in links or links[a.id].score < SAME]
        have = {a.id: vector for a in needed if (vector := known(a.id)) is not None}
        ask = meanings.of([a for a in needed if a.id not in have])
        begun.append(((portion, whole), links, partial(_both, have, ask)))
        waiting += len(portion)
        while waiting > AHEAD:
            waiting -= len(begun[0][0][0])
            yield begun.popleft()
    yield from begun


def _both(have: dict[str, Vector], ask: Callable[[], dict[str, Vector]]) -> dict[str, Vector]:
    return have | ask()


def _portions(told: Iterable[tuple[Article, Reading]]) -> Iterator[tuple[Portion, bool]]:
    """Articles of one day, at most PORTION, and whether the day ends with them; one without a date, or dated before the day, goes with it."""
    portion: Portion = []
    day = None
    for article, reading in told:
        own = article.published_at.date() if article.published_at else None
        later = bool(own and day and own > day)
        if portion and (later or len(portion) >= PORTION):
            yield portion, later
            portion = []
        day = max(own, day) if own and day else own or day
        portion.append((article, reading))
    if portion:
        yield portion, True
