"""The line from articles to stories, for the command line: where articles come from, in which order, and what of them is kept to be shown."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.progress import Progress

from marsad.arabic.letters import fold
from marsad.archive import Archive
from marsad.archive.nearby import Nearby
from marsad.archive.search import Hit, Query, parse, search
from marsad.read import FAST, ORIGIN, read
from marsad.read.entities import registry
from marsad.read.see import gazetteer
from marsad.records import Article, Change, Link, Problem, Reading, Story
from marsad.relate import relate
from marsad.relate.related import Known, related
from marsad.relate.revisions import changes
from marsad.relate.vectors import BODY, Rarity, lead, meanings, packed, traits, unpacked
from marsad.sentences import Text, article_records
from marsad.show import Shown

CORES = os.cpu_count() or 1
MANY = 1000  # articles from which other processes are begun to work meanings out
RECENT = 10  # days whose stories are grouped anew when news come in
NEAR = 80  # nearest articles that are looked at for related ones
KEPT = 20  # readings kept in one transaction
PORTION = 256  # articles whose meanings are worked out and kept at a time


def from_records(path: Path, fast: bool, progress: Progress, problems: list[Problem]) -> Iterator[tuple[Article, Reading]]:
    """Yield the articles of a file of records with their readings, by time of publication, those without a date last; what is no record goes to the problems.

    Only what `relate` looks at is read: the headline and the first BODY characters. The file is passed over twice, so that it need not fit into memory.
    """
    far, places = datetime.max.replace(tzinfo=UTC), []
    for at, item in article_records(path):
        if isinstance(item, Problem):
            problems.append(item)
        else:
            places.append((item.moment() or far, item.id, at))
    task = progress.add_task("stories", total=len(places))
    with path.open("rb") if places else open(os.devnull, "rb") as source:
        for _, _, at in sorted(places):
            source.seek(at)
            article = msgspec.json.decode(source.readline(), type=Text).article()
            yield article, read(beginning(article), fast)
            progress.advance(task)


def count_of(path: Path) -> int:
    """Return about how many records a file holds: its lines; 0 when it cannot be read."""
    try:
        with path.open("rb") as source:
            return sum(block.count(b"\n") for block in iter(lambda: source.read(1 << 20), b""))
    except OSError:
        return 0


def beginning(article: Article) -> Article:
    """Return an article with no more of its body than `relate` looks at."""
    room, blocks = BODY, []
    for block in article.blocks:
        if room > 0 or block.role == "headline":
            blocks.append(block)
        room -= block.end - block.start if block.role != "headline" else 0
    return msgspec.structs.replace(article, blocks=tuple(blocks))


def from_archive(store: Archive, fast: bool, progress: Progress) -> Iterator[tuple[Article, Reading]]:
    """Yield the articles of the archive with their readings, by time of publication; those that have not been read are read and the readings kept."""
    task = progress.add_task("stories", total=store.counts()["article"])
    for article in store.articles():
        progress.advance(task)
        if article.headline is not None:
            yield article, _reading(store, article, fast)


def _reading(store: Archive, article: Article, fast: bool) -> Reading:
    reading = store.reading(article.id)
    if reading is None or (reading.origin != ORIGIN and not fast):
        reading = read(article, fast)
        store.put_reading(reading)
    return reading


def relate_all(told: Iterable[tuple[Article, Reading]], count: int) -> tuple[list[Link | Story], dict[str, Shown]]:
    """Return the links and stories of `count` articles, and what a list of them shows."""
    shown: dict[str, Shown] = {}

    def noted() -> Iterator[tuple[Article, Reading]]:
        for article, reading in told:
            shown[article.id] = Shown(article.headline or "", article.outlet, article.published_at)
            yield article, reading

    return list(relate(noted(), CORES if count >= MANY else 1)), shown


def relate_recent(store: Archive, fast: bool, progress: Progress, days: int = RECENT) -> int:
    """Relate the dated articles of the last days anew and stitch their stories to those that began before; return how many articles were looked at. What lies further back is left as it is."""
    last = store.last_moment()
    if last is None:
        return 0
    since = min(last, datetime.now(UTC)) - timedelta(days=days)
    told = [(a, _reading(store, a, fast)) for a in store.articles(since=since) if a.headline is not None]
    among = {a.id for a, _ in told}
    found, _ = relate_all(told, len(told))
    store.put_relations(stitched(found, store.stories_with(among), among), among)
    progress.add_task("stories", total=len(told), completed=len(told))
    return len(told)


def stitched(found: list[Link | Story], before: Sequence[Story], among: Collection[str]) -> list[Link | Story]:
    """Return what was found among recent articles with its stories joined to those that had most of their articles before and began earlier; these keep their ids. What is left of an earlier story stays a story."""
    older = {s.id: tuple(i for i in s.article_ids if i not in among) for s in before}
    of = {i: s.id for s in before for i in s.article_ids if older[s.id]}
    votes = sorted(
        ((n, story.id, old) for story in found if isinstance(story, Story) for old, n in Counter(of[i] for i in story.article_ids if i in of).items()),
        key=lambda v: (-v[0], v[1], v[2]),
    )
    joined: dict[str, str] = {}
    for _, new, old in votes:
        if new not in joined and old not in joined.values():
            joined[new] = old
    known = {s.id: s for s in before}
    out: list[Link | Story] = []
    for one in found:
        if isinstance(one, Story) and one.id in joined:
            was = known[joined[one.id]]
            firsts = [at for at in (was.first_at, one.first_at) if at]
            one = msgspec.structs.replace(one, id=was.id, article_ids=older[was.id] + one.article_ids, first_at=min(firsts, default=None))
        out.append(one)
    for old, rest in older.items():
        if rest and old not in joined.values():
            out.append(msgspec.structs.replace(known[old], article_ids=rest))
    return out


def story_rows(found: Iterable[Link | Story]) -> Iterator[dict[str, str | None]]:
    """Yield a row for each article in the form of shared/eval/score_stories.py: its story, and an article whose text it copies."""
    copy_of: dict[str, str] = {}
    stories = []
    for one in found:
        if isinstance(one, Story):
            stories.append(one)
        elif one.kind == "copy":
            copy, first = (one.right_id, one.left_id) if one.right_id not in copy_of else (one.left_id, one.right_id)
            copy_of[copy] = first
    for story in stories:
        for article_id in story.article_ids:
            yield {"id": article_id, "story": story.id, "copy_of": copy_of.get(article_id)}


def related_to(store: Archive, article: Article, count: int, progress: Progress) -> tuple[list[Link], dict[str, Article]]:
    """Return the links from an article to those of the archive that are related to it, the closest first, and these. Vectors that the archive lacks are worked out and kept."""
    missing = store.without_meaning()
    task = progress.add_task("vectors", total=len(missing))
    for first in range(0, len(missing), PORTION):
        some = [a for a in map(store.article, missing[first : first + PORTION]) if a]
        vectors = meanings([lead(a) for a in some])
        store.put_meanings([(a.id, packed(v)) for a, v in zip(some, vectors, strict=True)])
        progress.advance(task, len(some))
    about = packed(meanings([lead(article)])[0])
    near = {a.id: (a, v) for a, v in store.with_meaning(Nearby(store).near(about, max(NEAR, count * 2)), [t.url for t in article.teasers if t.url])}
    near = {i: (a, v) for i, (a, v) in near.items() if i != article.id and a.text != article.text}
    told = [(a, _reading(store, a, True)) for a, _ in near.values()]
    known = {a.id: unpacked(v) for a, v in near.values()} | {article.id: unpacked(about)}
    own = store.reading(article.id) or read(article, True)
    rarity = Rarity()
    whole = [Known(a, r, t) for (a, r), t in zip([(article, own), *told], traits([(article, own), *told], rarity, known=known), strict=True)]
    links = related(whole[0], whole[1:], rarity)[:count]
    return links, {a.id: a for a, _ in near.values()}


class Version(NamedTuple):
    """A version of an address, and what it says otherwise than the one before."""

    article: Article
    changes: list[Change]


def revisions(store: Archive, url: str) -> Iterator[Version]:
    """Yield the versions of an address that are kept, the first one first; those that are not read yet are compared by the fast gear."""
    before: tuple[Article, Reading] | None = None
    for article in store.versions(url):
        reading = store.told(article.id) or read(article, True)
        yield Version(article, changes(before[0], article, before[1], reading) if before else [])
        before = article, reading


def related_quietly(store: Archive, article: Article, count: int = 12) -> tuple[list[Link], dict[str, Article]]:
    """`related_to` for a page: without waiting for vectors of many articles that were never worked out."""
    if article.headline is None or len(store.without_meaning()) > PORTION:
        return [], {}
    with Progress(disable=True) as progress:
        return related_to(store, article, count, progress)


def asked(query: str) -> Query:
    """Return a query taken apart; a name after `entity:` means whom the registry knows by it too. QueryError when it cannot be understood."""
    told = parse(query)
    return told._replace(marks=tuple((field, _meant(value[0]) if field == "entity" else value) for field, value in told.marks))


def searched(store: Archive, query: str, limit: int, beyond: int = 0) -> list[Hit]:
    """Return what a query finds among the articles that came after number `beyond`, the best first. QueryError when it cannot be understood."""
    return search(store, asked(query), limit, beyond=beyond)


def _meant(name: str) -> tuple[str, ...]:
    known = registry().get(name)
    country = gazetteer().get(name)
    return tuple(dict.fromkeys([name, *([fold(known.name)] if known else []), *([country[1]] if country and country[0] == 0 else [])]))


def reread(store: Archive, fast: bool, progress: Progress) -> int:
    """Read the articles that are not read yet, were read by an earlier reader, or, without `fast`, by the fast gear alone; return how many. What is read is kept a few at a time."""
    todo = store.read_by_others((ORIGIN, FAST) if fast else (ORIGIN,))
    task = progress.add_task("reading", total=len(todo))
    for first in range(0, len(todo), KEPT):
        articles = [a for a in map(store.article, todo[first : first + KEPT]) if a]
        store.put_readings([read(a, fast) for a in articles])
        progress.advance(task, len(articles))
    return len(todo)
