"""A page becomes lines with hints. Plain text gives its own lines and no hints; HTML gives tag, classes, link density and XPath.

The text made here is `Article.text`: for a plain page exactly the page, for HTML the visible text, a line for each block of it.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from marsad.dissect.run_on import is_run_on, pieces

MAX_DEPTH = 400  # deeper elements are read as part of their ancestor
MAX_LINES = 3_000

HIDDEN = frozenset(("script", "style", "noscript", "template", "svg", "iframe", "select", "head", "object", "canvas", "math", "datalist", "button"))
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "del",
        "kbd",
        "label",
        "mark",
        "nobr",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "var",
        "wbr",
        "time",
        "amp-img",
        "img",
        "input",
    ]
)
TAGS = ("h1", "h2", "h3", "h4", "p", "li", "td", "figcaption", "time", "blockquote", "a", "title")
FLAGS = (
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "figure",
    "article",
    "main",
    "link",
    "title",
    "lead",
    "date",
    "author",
    "caption",
    "related",
    "share",
    "comment",
    "tag",
    "menu",
    "sidebar",
    "ad",
    "body",
    "hidden",
)
_TAG_FLAG = {
    "nav": "nav",
    "header": "header",
    "footer": "footer",
    "aside": "aside",
    "form": "form",
    "figure": "figure",
    "article": "article",
    "main": "main",
    "time": "date",
    "figcaption": "caption",
    "address": "author",
}
_CLASS = {
    "title": r"title|headline|heading", "lead": r"standfirst|subtitle|sub-?head|summary|excerpt|lead(?!er)|intro|deck|teaser-?text",
    "date": r"date|time(?!line)|publish", "author": r"author|byline|writer|reporter|source", "caption": r"caption|credit|copyright",
    "related": r"relat|recommend|also|read-?more|most|popular|latest|trending|similar|more-?news|widget|carousel|slider|ticker|breaking|prev|next|pagination",
    "share": r"share|social|follow|whatsapp|facebook|twitter", "comment": r"comment|disqus|reply|respond", "tag": r"(?<![a-z])tags?(?![a-z])|keyword|topic|categor|breadcrumb|crumb",
    "menu": r"menu|navbar|nav(?![a-z])|navigation|topbar|logo|brand", "sidebar": r"side-?bar|rightcol|leftcol|aside", "ad": r"(?<![a-z])ads?(?![a-z])|advert|banner|sponsor|promo|dfp|gpt|newsletter|subscri|cookie|consent|popup|modal",
    "footer": r"footer|copyrights?(?![a-z])|bottom-?bar", "body": r"article-?(?:body|text|content|desc)|entry-?content|post-?(?:content|body)|story-?(?:body|text)|main_?article|news-?(?:body|text)|field-name-body|longdesc|detail",
}  # fmt: skip
_CLASS_RE = tuple((1 << FLAGS.index(flag), re.compile(pattern)) for flag, pattern in _CLASS.items())
_BIT = {flag: 1 << i for i, flag in enumerate(FLAGS)}
_MENU = _BIT["nav"] | _BIT["footer"] | _BIT["menu"]
_HIDE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")


class Line(NamedTuple):
    """One line that is not blank.

    start, end: into the page's text, surrounding blanks left out for HTML, kept for plain text; tag: nearest block element ("" in plain
    text); flags: bits by FLAGS of the elements above it; links: share (0-1) of its characters inside links; path: XPath or line
    number; url: the first link in it.
    """

    start: int
    end: int
    tag: str
    flags: int
    links: float
    path: str
    url: str | None


def class_flags(names: str) -> int:
    """Return the bits of FLAGS that an element's class and id speak of."""
    low = re.sub(r"([a-z])([A-Z])", r"\1-\2", names).lower().replace("_", "-")
    return sum(bit for bit, pattern in _CLASS_RE if pattern.search(low))


def is_menu(line: Line) -> bool:
    """Whether a line is a link of a menu or footer, which needs no model to tell (breadcrumbs and tags are left to it)."""
    return line.links > 0.9 and bool(line.flags & _MENU) and not line.flags & _BIT["tag"] and line.tag != "h1"


def plain_lines(text: str, most: int = sys.maxsize) -> list[Line]:
    """Return the lines of a flattened page that hold more than blanks, `most` at the most; path is the line's number from 1.

    A page that is one huge line comes back in pieces, each a Line (see `run_on`).
    """
    out: list[Line] = []
    at, number = 0, 1
    while at <= len(text) and len(out) < most:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if end > at and not text[at:end].isspace():
            out.append(Line(at, end, "", 0, 0.0, str(number), None))
        at, number = end + 1, number + 1
    if is_run_on([line.end - line.start for line in out]):
        huge = max(range(len(out)), key=lambda i: out[i].end - out[i].start)
        cut = islice(pieces(text, out[huge].start, out[huge].end), most)
        out[huge : huge + 1] = [Line(a, b, "", 0, 0.0, out[huge].path, None) for a, b in cut]
    return out


class _Builder:
    """Collects the visible text of a tree, line by line."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.lines: list[Line] = []
        self.at = self.linked = self.size = self.near = 0
        self.open: list[str] = []
        self.url: str | None = None

    def add(self, text: str, url: str | None) -> None:
        self.open.append(text)
        self.size += len(text)
        if url is not None:
            self.linked += len(text)
            self.url = self.url or url

    def close(self, tag: str, flags: int, path: str) -> None:
        if self.size:
            text = " ".join("".join(self.open).split())
            if text:
                self.lines.append(Line(self.at, self.at + len(text), tag, flags | self.near, self.linked / self.size, path, self.url))
                self.parts.append(text)
                self.at += len(text) + 1
        if self.open or self.near:
            self.open = []
            self.linked = self.size = self.near = 0
            self.url = None


@lru_cache(maxsize=50_000)
def _flags_of(name: str, names: str, style: str) -> int:
    """Bits of FLAGS for an element by its tag, its class, id and itemprop, and its style."""
    flags = _BIT[_TAG_FLAG[name]] if name in _TAG_FLAG else 0
    if len(names) > 2:
        flags |= class_flags(names)
    return flags | _BIT["hidden"] if style and _HIDE.search(style) else flags


_NEAR = _BIT["title"] | _BIT["date"] | _BIT["author"] | _BIT["caption"] | _BIT["lead"]  # said of the element itself, not of all below it
_HIDDEN = _BIT["hidden"]
_BREAK, _INLINE, _DEEP = 1, 2, 3
_KIND = {**dict.fromkeys(INLINE, _INLINE), "br": _BREAK, "hr": _BREAK, **dict.fromkeys((*HIDDEN, "-comment", "!doctype"), 0)}


def _walk(node: LexborNode, out: _Builder, tag: str, flags: int, path: str, url: str | None, depth: int) -> None:
    """Read the children of an element; one loop without helpers, since a page has thousands of them."""
    seen: dict[str, int] = {}
    child = node.child
    while child is not None:
        if child.is_text_node:
            text = child.text_content or ""
            if not text.isspace():
                out.add(text, url)
            elif out.open:
                out.open.append(" ")
            child = child.next
            continue
        name = child.tag or "-comment"
        kind = _KIND.get(name, _DEEP)
        if kind == _BREAK:
            out.close(tag, flags, path)
        elif kind and child.child is not None:
            own, link = 0, url
            attributes = child.attributes
            if attributes:
                get = attributes.get
                own = _flags_of(name, f"{get('class') or ''} {get('id') or ''} {get('itemprop') or ''}", get("style") or "")
                if "hidden" in attributes:
                    own |= _HIDDEN
                if name == "a":
                    link = get("href") or ""
            elif name in _TAG_FLAG:
                own = _BIT[_TAG_FLAG[name]]
            if own & _HIDDEN:
                pass
            elif depth >= MAX_DEPTH:
                out.add(child.text(separator=" "), url)
            elif kind == _INLINE:
                out.near |= own & _NEAR
                _walk(child, out, tag, flags, path, link, depth + 1)
            else:
                count = seen[name] = seen.get(name, 0) + 1
                out.close(tag, flags, path)
                if len(out.lines) > MAX_LINES:
                    return
                below, there = (flags if name == "p" else flags & ~_NEAR) | own, f"{path}/{name}[{count}]"
                _walk(child, out, name, below, there, url, depth + 1)
                out.close(name, below, there)
        child = child.next


def html_lines(tree: LexborHTMLParser) -> tuple[str, list[Line]]:
    """Return the visible text of a parsed page and its lines; elements hidden by attribute or style are left out."""
    out = _Builder()
    if tree.body is not None:
        _walk(tree.body, out, "body", 0, "/html/body", None, 0)
        out.close("body", 0, "/html/body")
    return "\n".join(out.parts), out.lines
