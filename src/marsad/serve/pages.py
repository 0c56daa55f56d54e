"""The pages: Today, story, article, versions, actor, pair, search, map, sources, problems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup

from marsad import line, paper
from marsad.archive import Archive
from marsad.archive.asked import Ask
from marsad.archive.search import QueryError, hits, ranked
from marsad.lands import is_land
from marsad.outlook.figures import counts
from marsad.outlook.positions import Position, positions
from marsad.outlook.timeline import timeline
from marsad.records import Article, Span
from marsad.serve import actors, maps, sources, views, words
from marsad.serve.marking import Mark, around, pieces
from marsad.serve.site import Site, Web, at_once, language_of, page, site_of

PER_PAGE, SPANS = 20, 20  # articles on a page, places of words in each
LANDS = 14  # days of the small plots of countries
T = TypeVar("T")


def wanted(request: Web) -> views.Filters:
    """Return what a request narrows its list to."""
    q = request.query_params
    return views.Filters(q.get("country", "")[:3].upper(), q.get("actor", "")[:200], q.get("outlet", "")[:200].lower(), q.get("type", "")[:20].upper())


def day_asked(request: Web, site: Site) -> date | None:
    """Return the day a request asks for, else the last one that has articles."""
    try:
        return date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        last = site.kept.of("last", site.store.last_moment)
        return last.date() if last else None


@get("/", sync_to_thread=True)
@at_once
def today(request: Web) -> Response[bytes]:
    """Stories by size and movement, who and where."""
    site = site_of(request)
    day, filters = day_asked(request, site), wanted(request)
    if day is None:
        return page(request, "empty.html", {})
    found = site.kept.of(("cards", day, filters), lambda: views.cards(site.store, day, filters))
    lands = views.by_country([on(site, "lands", day - timedelta(days=n), views.lands_on) for n in reversed(range(LANDS))])
    busy = actors.summed([on(site, "busy", day - timedelta(days=n), actors.busy_on) for n in range(views.SPAN)])
    language = language_of(request)
    named = site.names.all([*(n for c in found for n in c.names), *(a for a, _ in busy)], language)
    outlets = site.kept.of("outlets", lambda: sources.outlets(site.store))
    values = {
        "day": day,
        "step": timedelta(days=1),
        "cards": found,
        "lands": lands,
        "busy": busy,
        "named": named,
        "filters": filters,
        "outlets": outlets[:60],
        "countries": sorted(c for c, *_ in lands),
    }
    return page(request, "today.html", values)


def on(site: Site, what: str, day: date, make: Callable[[Archive, date], T]) -> T:
    """Return what happened on a day, each kept by itself: stepping from day to day asks for one new day at a time."""
    return site.kept.of((what, day), lambda: make(site.store, day))


@get("/story/{story_id:str}", sync_to_thread=True)
@at_once
def story(request: Web, story_id: FromPath[str]) -> Response[bytes]:
    """A story: across outlets, its figures, positions, what happened, what belongs with it."""
    site = site_of(request)
    whole = site.kept.of(("story", story_id), lambda: views.story(site.store, story_id))
    if whole is None:
        raise NotFoundException
    plain = request.query_params.get("all") == "1"

    def marked(entity: str) -> list[int]:
        return site.kept.of(("marked", entity), lambda: views.marked_with(site.store, entity))

    def worked() -> tuple[Any, ...]:
        return positions(whole.told, plain), timeline(whole.told), counts(whole.told), views.related(site.store, whole.story, marked)

    said, deeds, figures, others = site.kept.of(("worked", story_id, plain), worked)
    by_actor = grouped(said)
    keys = {*(p.actor.key for p in said), *(x.key for h in deeds for x in (*h.actors, *h.recipients, *h.places)), *whole.story.entities, *(n for r in others for n in r.names)}
    values = {
        "story": whole, "heads": {h.id: h for h in whole.heads}, "figures": figures, "positions": by_actor, "deeds": deeds, "named": site.names.all((k for k in keys if not k.startswith("nom:")), language_of(request)),
        "related": others, "plain": plain, "folded": folded(whole),
    }  # fmt: skip
    return page(request, "story.html", values)


def grouped(said: Sequence[Position]) -> list[tuple[str, str, list[Position]]]:
    """Return positions by actor: key, name as written, positions; those with most first."""
    out: dict[str, list[Position]] = {}
    for position in said:
        out.setdefault(position.actor.key, []).append(position)
    return [(key, some[0].actor.name, some) for key, some in sorted(out.items(), key=lambda x: (-sum(len(p.evidence) for p in x[1]), x[0]))]


def folded(whole: views.Whole) -> list[tuple[views.Head, list[tuple[views.Head, Any]]]]:
    """Return a story's articles by time, copies behind the one they copy, each with its link."""
    links = {link.right_id: link for link in whole.links}
    behind: dict[str, list[tuple[views.Head, Any]]] = {}
    for head in whole.heads:
        if head.id in links:
            behind.setdefault(links[head.id].left_id, []).append((head, links[head.id]))

    def all_behind(article_id: FromPath[str], depth: int = 0) -> list[tuple[views.Head, Any]]:
        return [x for one in behind.get(article_id, []) for x in (one, *(all_behind(one[0].id, depth + 1) if depth < 5 else []))]

    return [(head, all_behind(head.id)) for head in whole.heads if head.id not in links]


@get("/actor", sync_to_thread=True)
@at_once
def actor(request: Web) -> Response[bytes]:
    """Somebody or a country: events over time, counterparts, positions, stories."""
    site, who = site_of(request), request.query_params.get("of", "")[:300]
    if not who:
        raise NotFoundException

    def worked() -> tuple[Any, ...]:
        rows = actors.events(site.store, Ask(who), most=30)
        mine = [p for p in positions(actors.told_of(site.store, who), plain=False) if is_of(p, who)]
        return rows, mine, actors.stories_of(site.store, who)

    rows, said, stories = site.kept.of(("actor", who), worked)
    weeks, others = weeks_of(site, who), site.kept.of(("counterparts", who), lambda: actors.counterparts(site.store, who))
    if not (weeks or rows or said):
        raise NotFoundException
    named = site.names.all([who, *(e for e, *_ in others), *keys_of(rows), *(p.actor.key for p in said if not p.actor.key.startswith("nom:"))], language_of(request))
    values = {
        "of": who,
        "with": "",
        "weeks": weeks,
        "others": others,
        "rows": rows,
        "positions": sorted(said, key=lambda p: p.day, reverse=True),
        "stories": stories,
        "named": named,
        "query": query_of(who),
    }
    return page(request, "actor.html", values)


@get("/pair", sync_to_thread=True)
@at_once
def pair(request: Web) -> Response[bytes]:
    """Two actors: what each did to the other."""
    site, who, other = site_of(request), request.query_params.get("of", "")[:300], request.query_params.get("with", "")[:300]
    if not (who and other):
        raise NotFoundException

    def worked() -> tuple[Any, ...]:
        rows = actors.events(site.store, Ask(who, other), most=60)
        return weeks_of(site, who, other), rows

    weeks, rows = site.kept.of(("pair", who, other), worked)
    named = site.names.all([who, other, *keys_of(rows)], language_of(request))
    short = f"pair:{who.removeprefix('place:')}:{other.removeprefix('place:')}" if ":" not in who.removeprefix("place:") + other.removeprefix("place:") else f'pair:"{who}~{other}"'
    return page(request, "actor.html", {"of": who, "with": other, "weeks": weeks, "others": [], "rows": rows, "positions": [], "stories": [], "named": named, "query": short})


def weeks_of(site: Site, who: str, other: str = "") -> list[tuple[str, int, float]]:
    """Return the weeks of an actor or a pair, kept for a moment: page and plot ask for the same."""
    return site.kept.of(("weeks", who, other), lambda: actors.weekly(site.store, who, other))


def is_of(position: Position, who: str) -> bool:
    """Whether a position is one of somebody's, or of a country's own."""
    code = who.removeprefix("place:")
    return position.actor.key == who or (is_land(code) and position.actor.country == code)


def keys_of(rows: Sequence[actors.Row]) -> set[str]:
    """Return the entities that some events name."""
    return {entity for r in rows for side in (r.actors, r.recipients, r.places, r.by) for entity, _ in side if entity}


def query_of(who: str) -> str:
    """Return the search that finds the articles about somebody."""
    code = who.removeprefix("place:")
    return f"country:{code}" if is_land(code) else f'entity:"{who.partition(":")[2]}"'


@get("/search", sync_to_thread=True)
@at_once
def search(request: Web) -> Response[bytes]:
    """Search by the query language of the command line."""
    site, query = site_of(request), request.query_params.get("q", "")[:1000]
    found: list[tuple[float, int]] = []
    told, fault = None, ""
    if query.strip():
        try:
            told = parsed = line.asked(query)
            found = site.kept.of(("ranked", query), lambda: ranked(site.store, parsed))
        except QueryError as error:
            fault = str(error)
    first = max(0, int(asked) if (asked := request.query_params.get("from", "")).isdecimal() and len(asked) < 6 else 0)
    shown = [(hit, snippets(hit.article, hit.spans)) for hit in hits(site.store, told, found[first : first + PER_PAGE], SPANS)] if told else []
    return page(request, "search.html", {"query": query, "fault": fault, "hits": shown, "total": len(found), "first": first, "per": PER_PAGE})


def snippets(article: Article, spans: Sequence[Span], most: int = 2) -> list[Any]:
    """Return the first places of a search's words in the body, each as pieces."""
    out: list[Any] = []
    last = -1
    for block in article.blocks:
        if block.role not in ("standfirst", "body"):
            continue
        for span in (s for s in spans if block.start <= s.start < block.end):
            if span.start >= last and len(out) < most:
                first, last = around(article.text, span, block.start, block.end)
                out.append(pieces(article.text, first, last, [Mark(s.start, s.end, "hit") for s in spans]))
    lead = next((b for b in article.blocks if b.role in ("standfirst", "body")), None)
    if not out and lead:
        out.append(pieces(article.text, lead.start, min(lead.end, lead.start + 180), []))
    return out


@get("/map", sync_to_thread=True)
@at_once
def map_page(request: Web) -> Response[bytes]:
    """Where events took place."""
    site = site_of(request)
    day, days = day_asked(request, site) or datetime.now(UTC).date(), days_asked(request)
    found = site.kept.of(("places", day, days), lambda: sources.places(site.store, day - timedelta(days=days - 1), day, maps.known()))
    links = {p.name: f"/search?q={words.quoted(p.name)}" for p in found}
    title = words.say("map_of", language_of(request))
    drawn = site.kept.of(("map", day, days, title), lambda: maps.svg(found, title, links))
    return page(request, "map.html", {"places": found, "map": Markup(drawn), "days": days, "day": day})


def days_asked(request: Web) -> int:
    """Return over how many days a map looks."""
    asked = request.query_params.get("days", "")
    return min(365, max(1, int(asked))) if asked.isdecimal() and len(asked) < 5 else 7


@get("/sources", sync_to_thread=True)
@at_once
def sources_page(request: Web) -> Response[bytes]:
    """Sources with their last yield, problems and gaps; outlets."""
    site = site_of(request)
    found = site.kept.of("sources", lambda: (sources.sources(site.store, datetime.now(UTC)), sources.outlets(site.store), site.store.problems(100), site.store.counts()))
    return page(request, "sources.html", dict(zip(("sources", "outlets", "problems", "counts"), found, strict=True)))


@get("/dossier", sync_to_thread=True)
@at_once
def dossier(request: Web) -> Response[bytes]:
    """A paper on a question."""
    site, question, language = site_of(request), request.query_params.get("q", "").strip()[:300], language_of(request)
    made = site.kept.of(("dossier", question, language), lambda: paper.made(site.store, question, language)) if question else None
    pair = paper.topic_of(question).countries[:2] if question else ()
    plot = "/plot.svg?" + urlencode({"of": pair[0], "with": pair[1] if len(pair) > 1 else "", "lang": language}) if pair and made and made.weeks else ""
    return page(request, "dossier.html", {"question": question, "sections": made.sections if made else (), "notes": paper.Notes(site.store), "plot": plot})


HANDLERS = [dossier, today, story, actor, pair, search, map_page, sources_page]
