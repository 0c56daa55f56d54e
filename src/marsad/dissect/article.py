"""From lines with roles to the Article: headline, authors, publication date, teasers. Reads only spans; adds no text of its own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from marsad.arabic.calendar import full_dates
from marsad.arabic.letters import fold
from marsad.dissect.lines import Line, is_menu
from marsad.dissect.meta import Meta
from marsad.records import Block, Span, Teaser, utc

_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::\d{2})?\s*(pm|am|م|ص|مساء|صباحا)?(?!\w)", re.I)
_URL_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?!\d)")
_BY = re.compile(r"^\W*(?:خاص\W+)?(?:كتب(?:ت|ه|ها)?|بقلم|تحرير|إعداد|اعداد|أعده|أعدها|بواسطة|الكاتب|المحرر|حوار|حاوره|تقرير|by)\b\s*[:/|-]*\s*", re.I)
_AGENCY = re.compile(r"المصدر|وكالات|وكالة|رويترز|أ ?ف ?ب|الأناضول|مراسل|تصوير|ترجمة|\d")
_SPLIT = re.compile(r"\s*(?:،|,|\||/| - | – |;)\s*")


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text).lower()))


def agrees(claim: str, line: str) -> bool:
    """Whether a claimed headline is the line's text, give or take the site's name at an end of the claim, by folded words.

    >>> agrees("بدء المحادثات في بغداد - موقع الخبر", "بدء المحادثات في بغداد")
    True
    """
    return _same_words(_words(claim), _words(line))


def _same_words(a: set[str], b: set[str]) -> bool:
    if not b:
        return False
    shared = len(a & b)
    return shared >= 0.85 * len(b) and (shared >= 0.85 * len(a) or (shared >= 3 and len(a) - shared <= 5))


def claimed(text: str, lines: list[Line], meta: Meta) -> list[bool]:
    """Return for each line whether the page's metadata calls it the headline."""
    claims = [_words(h) for h in meta.headlines if len(h) > 12]
    if not claims:
        return [False] * len(lines)
    every = set().union(*claims)
    out = []
    for line in lines:
        words = _words(text[line.start : line.end]) if 12 < line.end - line.start < 300 and not is_menu(line) else set()
        out.append(len(words & every) >= 0.8 * len(words) and any(_same_words(c, words) for c in claims) if words else False)
    return out


def _moment(value: str) -> datetime | None:
    """Return the UTC moment of a date as machines write it, or None."""
    value = value.strip()
    try:
        return utc(datetime.fromisoformat(value))
    except ValueError:
        pass
    try:
        return utc(parsedate_to_datetime(value))
    except (ValueError, TypeError, IndexError):
        return visible_moment(value)


def visible_moment(text: str) -> datetime | None:
    """Return the moment a visible line tells in full (year, month, day, perhaps clock), taken as UTC since pages seldom name a zone."""
    day = next((t.value for t in full_dates(text) if re.match(r"\d{4}-\d\d-\d\d", t.value)), None)
    if day is None:
        return None
    moment = datetime.fromisoformat(day[:10]).replace(tzinfo=UTC)
    clock = _CLOCK.search(text)
    if clock and int(clock[1]) < 24 and int(clock[2]) < 60:
        late = (clock[3] or "").lower() in ("pm", "م", "مساء") and int(clock[1]) < 12
        moment += timedelta(hours=int(clock[1]) + 12 * late, minutes=int(clock[2]))
    return moment


def published(text: str, blocks: list[Block], meta: Meta | None, url: str) -> tuple[datetime | None, str | None]:
    """Return the publication moment and where it was found: json-ld, meta, time, visible or url."""
    for value, where in meta.dates if meta else ():
        if moment := _moment(value):
            return moment, where
    if not any(b.role in ("headline", "body") for b in blocks):
        return None, None  # dates of a listing are other stories'
    first = next((i for i, b in enumerate(blocks) if b.role == "headline"), 0)
    start = next((i for i, b in enumerate(blocks) if b.role == "body"), 0)
    named = sorted((i for i, b in enumerate(blocks) if b.role in ("date", "byline")), key=lambda i: (blocks[i].role != "date", abs(i - first)))
    between = [i for i in range(max(0, first - 2), start) if blocks[i].role in ("boilerplate", "label", "caption")]
    for i in [*named, start, *between]:
        line = text[blocks[i].start : blocks[i].end]
        if moment := visible_moment(line if blocks[i].role != "body" else line[:80]):
            return moment, "visible"
    for m in _URL_DATE.finditer(url):
        if moment := _moment(f"{m[1]}-{int(m[2]):02}-{int(m[3]):02}"):
            return moment, "url"
    return None, None


def authors(text: str, blocks: list[Block], meta: Meta | None) -> tuple[str, ...]:
    """Return the authors: those the page's metadata names and the page shows, else those of its bylines."""
    claimed = [a for a in (meta.authors if meta else ()) if len(a) < 60 and (a in text or fold(a) in fold(text))]
    if claimed:
        return tuple(claimed)
    out: list[str] = []
    for block in blocks:
        if block.role != "byline":
            continue
        line = text[block.start : block.end].strip()
        if len(line) > 80 or "المصدر" in line:
            continue
        for name in _SPLIT.split(_BY.sub("", line)):
            name = _BY.sub("", name).strip(" .:-()[]|")
            if 4 < len(name) < 40 and " " in name and not _AGENCY.search(name) and name not in out:
                out.append(name)
    return tuple(out[:5])


def teasers(text: str, blocks: list[Block], lines: list[Line]) -> tuple[Teaser, ...]:
    """Return the other stories on the page: each title with the excerpt that follows it."""
    out = []
    for i, block in enumerate(blocks):
        if block.role != "teaser_title":
            continue
        after = blocks[i + 1] if i + 1 < len(blocks) and blocks[i + 1].role == "teaser_text" else None
        out.append(Teaser(headline=_bare(text, block), excerpt=_bare(text, after) if after else None, url=lines[i].url))
    return tuple(out)


_LEAD = re.compile(
    r"[ \t\r\u00a0•*▪●■◄►‹›«-]*(?:\d{1,2} ?[.)-] (?=\D)|\d{1,2}:\d{2} ?(?:[-|:] ?)?)?"
    r"(?:(?:اقر[أا] ?(?:أيضا|أيضاً|ايضا|المزيد|كذلك)?|شاهد (?:أيضا|أيضاً|ايضا)|طالع (?:أيضا|أيضاً)?|إقر[أا] (?:أيضا|أيضاً)?|مواضيع (?:مشابهة|متعلقة|ذات صلة)|موضوعات (?:متعلقة|ذات صلة)) ?(?:[:|.-]+ ?|(?=[«\"]))"
    r"|(?:اقرأ|شاهد|طالع) (?:أيضا|أيضاً|أيضًا|ايضا) )?[ \u00a0]*"
)
_CRUMB = re.compile(r"\s*[»›>/\\←]\s*|\s\|\s")
_QUOTED = re.compile(r"«[^«»]*»")


def crumbs(text: str) -> list[str]:
    """Return the parts of a breadcrumb or of a title with its site's name; marks inside «quotes» do not part.

    >>> crumbs("الرئيسية » أخبار » فوز «النجم» في تونس")
    ['الرئيسية', 'أخبار', 'فوز «النجم» في تونس']
    """
    masked = _QUOTED.sub(lambda m: "«" * len(m.group()), text)
    out, at = [], 0
    for m in _CRUMB.finditer(masked):
        out.append(text[at : m.start()])
        at = m.end()
    return [*out, text[at:]]


def _bare(text: str, block: Block) -> Span:
    """The block's span without blanks, bullets, a list number, a clock or «see also» before the title."""
    line = text[block.start : block.end]
    lead = _LEAD.match(line)
    left = lead.end() if lead and len(line) - lead.end() >= 8 else len(line) - len(line.lstrip())
    return Span(block.start + left, max(block.start + left, block.start + len(line.rstrip())))


def headline(text: str, blocks: list[Block]) -> str | None:
    """Return the page's own headline, or None when the page holds no article.

    A breadcrumb before it or the site's name after it («الرئيسية / سياسة / HEADLINE», «HEADLINE | SITE») is left out, and a line of the page that stands
    whole at the end or the start of the one chosen is taken for it.
    """
    if not any(b.role in ("body", "standfirst") for b in blocks):
        return None
    body = next((i for i, b in enumerate(blocks) if b.role == "body"), len(blocks))
    own = [b for b in blocks[:body] if b.role == "headline"] or [b for b in blocks if b.role == "headline"]
    if not own:
        return None
    found = max(own, key=lambda b: b.score)
    whole = " ".join(text[found.start : found.end].split())
    parts = crumbs(whole)
    if len(parts) > 1:
        longest = max(parts, key=len)
        if whole.startswith("الرئيسية") or len(longest) > 0.6 * len(whole):
            whole = longest.strip()
    for block in blocks:
        if block.role not in ("body", "teaser_text") and 15 <= block.end - block.start < len(whole):
            other = " ".join(text[block.start : block.end].split())
            if len(other) > 0.5 * len(whole) and other.count(" ") >= 2 and (whole.startswith(other + " - ") or whole.endswith(" " + other)):
                return other
    return whole
