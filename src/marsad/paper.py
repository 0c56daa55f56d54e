"""A dossier as Markdown and as a page of its own to print: every sentence with numbers that lead to the words it rests on, quoted with outlet, day and address."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from marsad.arabic.letters import fold
from marsad.archive import Archive
from marsad.lands import is_land, land
from marsad.names import Names
from marsad.outlook.dossier import Dossier, dossier
from marsad.outlook.phrases import phrases
from marsad.outlook.told import Evidence, Party, sentence_of
from marsad.read.see import gazetteer
from marsad.records import Article, Span
from marsad.show import FSI, PDI
from marsad.topics import matter_of, topic_of

NOTES = 6  # pieces of evidence that a sentence names
STYLE = (
    "body{font:17px/1.85 'Noto Naskh Arabic','Noto Sans Arabic',Tahoma,'DejaVu Sans',sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1d1d1b;background:#fff}h1{font-size:1.5rem;line-height:1.5}h2{font-size:1.15rem;border-bottom:1px solid #ccc;margin-top:1.6rem}"
    "li{margin:.25rem 0}sup{line-height:0;font-size:.7em}a{color:#0b5560}.notes{font-size:.86rem;line-height:1.6}.notes q{color:#444}footer{color:#666;font-size:.85rem;margin-top:2rem}svg{max-width:100%}@page{margin:18mm}@media print{a{color:inherit;text-decoration:none}}"
)
_DAY = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")


class Note(NamedTuple):
    """The words a sentence rests on: their sentence, where and when it was published, and where it is read."""

    number: int
    evidence: Evidence
    quote: str
    outlet: str
    day: str
    url: str


def made(store: Archive, question: str, language: str) -> Dossier:
    """Return the dossier that answers a question from an archive; without sections when the archive has no answer."""
    names = Names(store)
    matter = matter_of(store, question)
    pair = " – ".join(land(code, language) for code in matter.pair.split(":") if code)
    return dossier(matter._replace(pair=pair), phrases(language), lambda p: called(p, names, language), language)


def called(party: Party, names: Names, language: str) -> str:
    """Return what to call a party: its name where it is known, the country for a bare demonym («أميركية»), else the words of the text."""
    if not party.key.startswith("nom:"):
        return names.of(party.key, language)
    bare = fold(party.name)
    if party.country and is_land(party.country) and (bare in gazetteer() or bare[1:] in gazetteer()):
        return land(party.country, language)
    return party.name


class Notes:
    """The notes of a paper, numbered as they come; the same words have one number."""

    def __init__(self, store: Archive) -> None:
        self.store = store
        self.articles: dict[str, Article | None] = {}
        self.numbers: dict[tuple[str, Span], Note] = {}

    def of(self, found: tuple[Evidence, ...]) -> list[Note]:
        """Return the notes of a sentence; those from articles that are kept no longer are left out."""
        out = []
        for one in list(dict.fromkeys(found))[:NOTES]:
            article = self.articles.setdefault(one.article_id, self.store.article(one.article_id))
            if article is None:
                continue
            line = sentence_of(article, one.span.start)
            key = (one.article_id, line)
            if key not in self.numbers:
                quote = " ".join(article.text[line.start : line.end].split())
                day = article.published_at.date().isoformat() if article.published_at else ""
                self.numbers[key] = Note(len(self.numbers) + 1, one, quote if len(quote) < 300 else quote[:297] + "...", article.outlet, day, article.url)
            out.append(self.numbers[key])
        return list(dict.fromkeys(out))


def days_apart(text: str) -> str:
    """Return a text with its days isolated: after Arabic letters 2024-02-07 would be shown as 07-02-2024 (Unicode bidirectional algorithm, W2)."""
    return _DAY.sub(lambda day: f"{FSI}{day[0]}{PDI}", text)


def markdown(paper: Dossier, store: Archive) -> str:
    """Return a dossier as Markdown with footnotes."""
    notes = Notes(store)
    out = [f"# {paper.question}", ""]
    for section in paper.sections:
        out += [f"## {section.title}", ""]
        out += [f"- {days_apart(s.text)} {''.join(f'[^{n.number}]' for n in notes.of(s.evidence))}".rstrip() for s in section.sentences]
        out.append("")
    out += [f"[^{n.number}]: {_where(n)} «{n.quote}» {n.url}".rstrip() for n in notes.numbers.values()]
    return "\n".join(out) + "\n"


def _where(note: Note) -> str:
    return days_apart("، ".join(x for x in (note.outlet, note.day) if x))


def page(paper: Dossier, store: Archive, picture: str = "") -> str:
    """Return a dossier as one HTML file that needs nothing else; picture: SVG of its series."""
    notes, e = Notes(store), html.escape

    def body() -> Iterator[str]:
        for section in paper.sections:
            yield f"<h2>{e(section.title)}</h2><ul>"
            for s in section.sentences:
                marks = " ".join(f'<sup><a href="#n{n.number}">{n.number}</a></sup>' for n in notes.of(s.evidence))
                yield f"<li>{e(days_apart(s.text))} {marks}</li>"
            yield "</ul>"
            if section.key == "outlook" and picture:
                yield picture

    told = "".join(body())
    rows = "".join(_row(n) for n in notes.numbers.values())
    side = "rtl" if paper.language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{paper.language}" dir="{side}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{e(paper.question)}</title><style>{STYLE}</style></head>'
        f'<body><h1>{e(paper.question)}</h1>{told}<ol class="notes">{rows}</ol><footer>مرصد · Marsad</footer></body></html>'
    )


def _row(note: Note) -> str:
    e = html.escape
    link = f' <a href="{e(note.url)}" rel="noreferrer">{e(note.url)}</a>' if note.url.startswith(("http://", "https://")) else f" {e(note.url)}"
    return f'<li id="n{note.number}" value="{note.number}" dir="auto">{e(_where(note))} <q>{e(note.quote)}</q>{link}</li>'


__all__ = ["Notes", "called", "days_apart", "made", "markdown", "page", "topic_of"]
