"""Collecting: sources of all kinds into the archive, politely, resumable after a kill at any point.

A source's addresses are put on a list in the archive before any is fetched; each is taken off it in the transaction that keeps its page. Hosts are asked at the same time, each by one
thread and at its own pace; only this thread writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from courlan import clean_url
from rich.progress import Progress

from marsad.archive import Archive, Entry
from marsad.archive import frontier as lists
from marsad.archive.frontier import State, Waiting
from marsad.collect import collect, discover, feeds, sitemaps
from marsad.collect.feeds import Item
from marsad.collect.fetch import Fetched, Trouble, problem_of
from marsad.collect.files import unpacked
from marsad.collect.polite import Manners
from marsad.collect.together import Ask, fetched
from marsad.dissect import dissect
from marsad.records import Article, Page, Problem, page_of

PORTION = 200  # local pages kept in one transaction
MAPS, DEEP = 200, 3  # sitemaps of a source, and how deep indexes may lie in each other
FEEDS = 5  # of a home page
EARLY = timedelta(days=1)  # how far after its fetching a page may be dated
FINAL = ("gone", "forbidden", "robots", "refused", "too-large", "bomb", "bad-address", "bad-encoding", "redirects", "http-error")  # another try would not help


class Summary(NamedTuple):
    """What a source brought: pages or addresses found, those that were new, articles kept, problems met."""

    source: str
    found: int
    new: int
    kept: int
    problems: int


def is_address(source: str) -> bool:
    """Whether a source is an address of the web, not a path."""
    return source.startswith(("http://", "https://"))


def gather(store: Archive, sources: Sequence[str], manners: Manners, progress: Progress, again: bool = False) -> Iterator[Problem | Summary]:
    """Collect sources into the archive; yield every Problem as it is met and a Summary for each source. again: addresses that are kept already are fetched anew."""
    for source in sources:
        now = datetime.now(UTC)
        found = new = kept = wrong = 0
        steps = _from_web(store, source, manners, progress, again, now) if is_address(source) else _from_files(store, source, progress, now)
        for step in steps:
            if isinstance(step, Problem):
                wrong += 1
                yield step
            else:
                found, new, kept = found + step.found, new + step.new, kept + step.kept
        if is_address(source):
            lists.put_visit(store, source, now, found, new, wrong)
            odd = lists.unusual(store, source, now)
            if odd:
                store.put(None, None, [odd], met_at=now)
                wrong += 1
                yield odd
        yield Summary(source, found, new, kept, wrong)


class _Step(NamedTuple):
    found: int = 0
    new: int = 0
    kept: int = 0


def told_apart(page: Page, now: datetime) -> tuple[Article | None, list[Problem]]:
    """Return a page's article; a date that lies in the future is taken off it and told as a Problem."""
    article, problems = dissect(page)
    if article and article.published_at and article.published_at > (page.fetched_at or now) + EARLY:
        problems.append(
            Problem(
                stage="collect", subject_id=page.id, code="future-date", detail=f"{page.url}: dated {article.published_at:%Y-%m-%d}, after it was fetched; the date is left out"
            )
        )
        article = msgspec.structs.replace(article, published_at=None, published_from=None)
    return article, problems


# files


def _from_files(store: Archive, source: str, progress: Progress, now: datetime) -> Iterator[Problem | _Step]:
    task = progress.add_task(source[-40:], total=None)
    pages = collect([source])
    while portion := list(islice(pages, PORTION)):
        yield from _kept(store, portion, now)
        progress.advance(task, len(portion))


def _kept(store: Archive, portion: Sequence[Page | Problem], now: datetime) -> Iterator[Problem | _Step]:
    """Keep some pages in one transaction; those that are kept already are passed over."""
    there = store.have_pages(one.id for one in portion if isinstance(one, Page))
    made = [Entry(None, None, [one]) if isinstance(one, Problem) else Entry(one, *told_apart(one, now)) for one in portion if isinstance(one, Problem) or one.id not in there]
    kept = sum(store.put_all(made, now))
    for entry in made:
        yield from entry.problems
    yield _Step(sum(isinstance(one, Page) for one in portion), sum(entry.page is not None for entry in made), kept)


# the web


def _from_web(store: Archive, source: str, manners: Manners, progress: Progress, again: bool, now: datetime) -> Iterator[Problem | _Step]:
    task = progress.add_task(source[-40:], total=None)
    for one in _looked(store, source, manners, now, again):
        if isinstance(one, list):
            yield _Step(len(one), lists.put_waiting(store, one, again), 0)
        else:
            if isinstance(one, Problem):
                store.put(None, None, [one], met_at=now)
            yield one
    waiting = lists.due(store, datetime.now(UTC), [source])
    progress.update(task, total=len(waiting))
    items = {item.url: item for item in waiting}
    for url, got in fetched([Ask(i.url, i.etag, i.modified) for i in waiting], manners):
        yield from _taken(store, items[url], got, datetime.now(UTC))
        progress.advance(task)


def _taken(store: Archive, item: Waiting, got: Fetched | Trouble, now: datetime) -> Iterator[Problem | _Step]:
    """Keep what an address answered, or why it did not; what the feed said of it is kept in its place when it is given up."""
    if isinstance(got, Fetched):
        if got.status == 304:
            lists.unchanged(store, item.url)
            return
        page = page_of(got.body, item.url, media_type=got.media_type if "html" in got.media_type or got.media_type == "text/plain" else "", encoding=got.encoding, fetched_at=now)
        article, problems = told_apart(page, now)
        kept = lists.fetched(store, item.url, Entry(page, article, problems, None, got.etag, got.modified), now)
        yield from problems
        yield _Step(0, 0, int(kept))
        return
    problem = problem_of(item.url, got)
    given_up = lists.failed(store, item, problem, now, got.wait, final=got.code in FINAL)
    yield problem
    if given_up and item.text.strip():
        page = page_of(feeds.fallback(Item(item.url, item.title, item.text, item.published_at)), item.url, media_type="text/html", encoding="utf-8", fetched_at=now)
        article, problems = told_apart(page, now)
        yield _Step(0, 0, int(store.put(page, article, problems, met_at=now)))


def _looked(store: Archive, source: str, manners: Manners, now: datetime, again: bool) -> Iterator[list[Waiting] | Problem | _Step]:
    """Look at a source: the addresses it names, or, when it is a page itself, the page kept."""
    state = lists.state_of(store, source)
    if state.next_at and state.next_at > now:
        yield Problem(stage="collect", subject_id=source, code="waiting", detail=f"{source}: its server asked to be left alone until {state.next_at:%Y-%m-%d %H:%M} UTC")
        return
    try:
        got = manners.get(source, *(("", "") if again else (state.etag, state.modified)))
    except Trouble as trouble:
        failures = state.failures + 1
        wait = max(timedelta(seconds=trouble.wait), timedelta(0) if failures < 3 else min(timedelta(days=1), timedelta(minutes=15) * 2 ** (failures - 3)))
        lists.put_source(store, source, "", state._replace(next_at=now + wait if wait else None, failures=failures))
        yield problem_of(source, trouble)
        return
    body = got.body
    kind = "feed" if feeds.is_feed(body, got.media_type) else "sitemap" if sitemaps.is_sitemap(body) or body[:2] == b"\x1f\x8b" else "page"
    if got.status == 304:
        return
    if kind == "feed":
        yield from _feed(got, source)
    elif kind == "sitemap":
        yield from _sitemap(got.url, body, source, manners)
    elif urlsplit(source).path in ("", "/"):
        kind = "site"
        yield from _site(got, source, manners)
    else:
        item = Waiting(source, source, 0, "", "", None)
        yield from _taken(store, item, got, now)
        yield _Step(1, 1, 0)
    lists.put_source(store, source, kind, State(got.etag, got.modified) if kind in ("feed", "sitemap") else State())


def _waiting(items: Iterable[Item], source: str) -> list[Waiting]:
    return [Waiting(clean_url(i.url) or i.url, source, 0, i.title, i.text, i.published_at) for i in items]


def _feed(got: Fetched, source: str) -> Iterator[list[Waiting] | Problem]:
    feed = feeds.parse(got.body, got.url, got.media_type)
    yield from (Problem(stage="collect", subject_id=source, code="bad-feed", detail=f"{got.url}: {fault}") for fault in feed.faults)
    if not feed.items and not feed.faults:
        yield Problem(stage="collect", subject_id=source, code="empty-feed", detail=f"{got.url}: no items in this feed")
    yield _waiting(feed.items, source)


def _sitemap(url: str, body: bytes, source: str, manners: Manners) -> Iterator[list[Waiting] | Problem]:
    waiting, seen, count = [(url, body, 0)], {url}, 0
    while waiting:
        where, raw, depth = waiting.pop(0)
        try:
            raw = raw or manners.get(where).body
            told = sitemaps.parse(unpacked(raw, ".gz", 60_000_000) if raw[:2] == b"\x1f\x8b" else raw)
        except (Trouble, ValueError) as error:
            yield problem_of(source, error if isinstance(error, Trouble) else Trouble("cut-off", f"{where}: {error}"))
            continue
        if told.fault:
            yield Problem(stage="collect", subject_id=source, code="bad-sitemap", detail=f"{where}: {told.fault}")
        yield _waiting(told.items, source)
        for further in told.sitemaps if depth < DEEP else ():
            if further not in seen and count < MAPS:
                seen.add(further)
                count += 1
                waiting.append((further, b"", depth + 1))


def _site(got: Fetched, source: str, manners: Manners) -> Iterator[list[Waiting] | Problem]:
    """A home page: its feeds, else its sitemaps, else feeds at the usual places."""
    found = discover.feeds_of(got.body.decode(got.encoding or "utf8", "replace") if _known(got.encoding) else got.body.decode("utf8", "replace"), got.url)[:FEEDS]
    maps = list(manners.robots(source).sitemaps)[:FEEDS]
    for url in found or maps or [source.rstrip("/") + guess for guess in discover.GUESSES]:
        try:
            one = manners.get(url)
        except Trouble as trouble:
            if found or maps:
                yield problem_of(source, trouble)
            continue
        if feeds.is_feed(one.body, one.media_type):
            yield from _feed(one, source)
        elif sitemaps.is_sitemap(one.body) or one.body[:2] == b"\x1f\x8b":
            yield from _sitemap(one.url, one.body, source, manners)
        else:
            continue
        if not (found or maps):
            return
    if not (found or maps):
        yield Problem(stage="collect", subject_id=source, code="no-feeds", detail=f"{source}: no feed and no sitemap found on this site; name one, or its pages")


def _known(encoding: str) -> bool:
    import codecs

    try:
        codecs.lookup(encoding)
    except (LookupError, ValueError):
        return False
    return True
