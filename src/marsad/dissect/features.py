"""What the role model sees of each line: numbers about its shape and place, words it holds, and which lines speak of the same things."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from marsad.arabic.letters import fold
from marsad.dissect.lines import FLAGS, TAGS, Line
from marsad.knowledge import rows

Matrix = NDArray[np.float32]
V = TypeVar("V")

_MONTHS = (
    "يناير|فبراير|مارس|ابريل|مايو|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر|كانون|شباط|اذار|نيسان|ايار|حزيران|تموز|اب|ايلول|تشرين"
    "|جانفي|فيفري|افريل|ماي|جوان|جويليه|اوت|ماي|يوليوز|غشت|شتنبر|نونبر|دجنبر|محرم|صفر|ربيع|جمادي|رجب|شعبان|رمضان|شوال|القعده|الحجه"
    "|jan\\w*|feb\\w*|mar\\w*|apr\\w*|may|june?|july?|aug\\w*|sep\\w*|oct\\w*|nov\\w*|dec\\w*"
)
_DATE = re.compile(
    rf"\b\d{{1,2}} ?[-/.,]? ?(?:من )?(?:{_MONTHS})\b|\b(?:{_MONTHS}) ?\d{{1,2}}\b|\b\d{{1,2}} ?[-/.] ?\d{{1,2}} ?[-/.] ?\d{{2,4}}\b|\b\d{{4}} ?[-/.] ?\d{{1,2}} ?[-/.] ?\d{{1,2}}\b"
)
_TIME = re.compile(r"\b\d{1,2}:\d{2}\b")
_AGO = re.compile(r"(?:منذ|قبل) (?:\d+ )?(?:دقيق|ساع|يوم|اسبوع|شهر|اشهر|سن)")
_WORD = re.compile(r"[^\W_]+|#")
_MARKS = """.,:"'()-!?/|[];*+%_"""
_URLS = ("http", "www.", ".com", "@")
_VERB = re.compile(r"^(?:و|ف)?(?:قال|اعلن|اكد|اضاف|اوضح|ذكر|افاد|كشف|اشار|شدد|طالب|دعا|حذر|نفي|بين|لفت|تابع|اعتبر|نقل|شهد|بدا|عقد|التقي|بحث|استقبل)ت?$")
_MENU = ("الرئيسيه", "سياسه الخصوصيه", "اتصل بنا", "من نحن", "جميع الحقوق", "حقوق النشر", "©", "copyright", "privacy")
_BY = re.compile(r"(?:كتب(?:ت|ه)?|بقلم|تحرير|اعداد|المصدر|مصدر|بواسطه|مراسل|وكالات|تصوير|ترجمه|حاوره|الكاتب|المحرر|by)\b")
_AGENCY = re.compile(r"رويترز\)?$|\(ا ?ف ?ب\)")
_SEEALSO = re.compile(r"^\W*(?:اقرا|اقرئي|شاهد|طالع|للمزيد|مواضيع|موضوعات|اخبار|مقالات|ذات صله|المزيد|الاكثر|اخر|احدث|قد يعجبك|تابع ايضا|انظر)")
_CUT = re.compile(r"(?:\.\.\.|\[\.\.\.\.\]|المزيد)\W*$")
HEAD, TAIL = 700, 40  # of a longer line only its first and last characters are looked at
MOST_STEMS = 6_000  # of one page
LONG = 110  # letters; a line as long is most likely a paragraph


def topic(word: str) -> str:
    """Return the rough stem under which words of one topic meet; "" for a word too short or too common to tell."""
    if len(word) < 4:
        return ""
    core = word
    for prefix in ("وال", "فال", "بال", "كال", "لل", "ال"):
        if core.startswith(prefix) and len(core) - len(prefix) >= 3:
            core = core[len(prefix) :]
            break
    else:
        if core[0] in "وبلف" and len(core) >= 5:
            core = core[1:]
    return core[:5] if len(core) >= 3 else ""


class Memo(dict[str, V]):
    """What a function gave for each word so far; emptied when it grows too large."""

    def __init__(self, function: Callable[[str], V]) -> None:
        self.function = function

    def __missing__(self, word: str) -> V:
        if len(self) > 200_000:
            self.clear()
        value = self[word] = self.function(word)
        return value


SHAPE = [
    "n",
    "words",
    "mean_word",
    "digits",
    "latin",
    "commas",
    "stop",
    "question",
    "exclaim",
    "colon_end",
    "colon",
    "cut",
    "quote_start",
    "quotes",
    "bullet",
    "pipe",
    "url",
    "date",
    "time",
    "ago",
    "year",
    "menu",
    "by",
    "see_also",
    "verb_first",
    "bang",
    "gaps",
    "short",
    "long",
    "very_long",
    "paren_end",
    "dash_start",
    "hash",
]
PLACE = [
    "place",
    "from_end",
    "index",
    "total",
    "repeat",
    "repeat_first",
    "before_long",
    "after_long",
    "long_seen",
    "long_left",
    "near_long_before",
    "near_long_after",
    "blank_before",
    "blank_after",
    "only_symbols",
    "starts_digit",
    "dateline",
    "ends_letter",
    "rank",
    "prefix_of",
    "has_prefix",
]
KINDS = ("ui", "section", "related", "byline", "date", "caption", "name")
TOPIC = ["sim_long", "sim_long_max", "sim_next", "sim_prev", "best_sim", "held_long", "held_all_long", "held_next_long"]
HINTS = ["html", "links", "below_h1", "same_path", *(f"tag_{t}" for t in TAGS), *(f"flag_{f}" for f in FLAGS)]
DENSE = [*SHAPE, *PLACE, *(f"word_{k}" for k in KINDS), *(f"all_{k}" for k in KINDS), *TOPIC, *HINTS]


def _tokens(folded: str) -> list[str]:
    """Return the words of a folded line, and each # as a word; the way by str methods is the regular expression's, several times faster."""
    low = folded.lower()
    bare = low
    for mark in _MARKS:
        bare = bare.replace(mark, " ")
    words = bare.replace("#", " # ").split()
    return words if "".join(words).replace("#", "").isalnum() else _WORD.findall(low)


def _line(f: str, n: int, tokens: list[str]) -> list[float]:
    """Shape of a line: f its folded head (and tail), n its length in full."""
    w = len(tokens)
    head = f[:160]
    low = head.lower()
    strip = f.strip()
    first, last = strip[:1], strip[-1:]
    digits = latin = 0
    for token in tokens[:30]:
        if token.isascii():
            if token[0].isdigit():
                digits += len(token)
            else:
                latin += len(token)
    size = max(len(head), 1)
    return [
        math.log1p(n) - 4, math.log1p(w) - 2.5, n / (w + 1) / 6 - 1, digits / size * 3, latin / size, f.count(",") / (w + 1) * 8,
        last == "." or strip.endswith(('."', '".')), last == "?", last == "!", last == ":", ":" in f, bool(_CUT.search(f[-20:])), first == '"', f.count('"') / 4,
        first != "" and first in "•*-·▪●○■◄►»>|+", "|" in f, any(map(low.__contains__, _URLS)), digits > 0 and bool(_DATE.search(low)), ":" in head and bool(_TIME.search(head)),
        ("منذ" in head or "قبل" in head) and bool(_AGO.search(head)), digits > 0 and "20" in head, any(map(low.__contains__, _MENU)),
        "وكالات" in head or bool(_BY.match(low)) or bool(_AGENCY.search(head)), bool(_SEEALSO.match(head)), w > 0 and bool(_VERB.match(tokens[0])), "!" in f,
        min(f.count("  "), 6) / 3, w <= 3, n > 120, n > 300, last == ")", first == "-", "#" in f,
    ]  # fmt: skip


def _place(raw: list[str], tokens: list[list[str]], sizes: list[int], lines: list[Line]) -> list[list[float]]:
    folded = [" ".join(t) for t in tokens]
    total = len(folded)
    heads = sorted(f for f in folded if len(f) > 15)
    long = [n > LONG for n in sizes]
    seen, where = {}, [i for i in range(total) if long[i]]
    counts: dict[str, int] = {}
    for f in folded:
        counts[f] = counts.get(f, 0) + 1
    out, before = [], 0
    order = sorted(range(total), key=lambda i: -sizes[i])
    rank = [0] * total
    for r, i in enumerate(order):
        rank[i] = r
    nearest_after = [0] * total
    next_long = total + 8
    for i in reversed(range(total)):
        nearest_after[i] = next_long - i
        if long[i]:
            next_long = i
    last_long = -8
    for i, f in enumerate(folded):
        gap_before = lines[i].start - lines[i - 1].end if i else 2
        gap_after = lines[i + 1].start - lines[i].end if i + 1 < total else 2
        out.append([
            i / total, (total - i) / total, math.log1p(i), math.log1p(total) - 3, counts[f] > 1, counts[f] > 1 and f not in seen,
            before == 0, before == len(where), math.log1p(before), math.log1p(len(where) - before), 1 / (i - last_long), 1 / (nearest_after[i] or 1), gap_before > 1, gap_after > 1,
            not f, f[:1].isdigit(), ("(" in raw[i][:60] and "-" in raw[i][:70]) or " - " in raw[i][:45], raw[i].rstrip()[-1:].isalpha(), rank[i] / total,
            *_prefixes(f, heads),
        ])  # fmt: skip
        seen[f] = i
        before += long[i]
        if long[i]:
            last_long = i
    return out


_CORES = Memo(topic)


def _alike(tokens: list[list[str]]) -> Matrix:
    """How lines speak of the same things, 2 x lines x lines: cosines over rough stems weighted by rarity on the page; share (0-1) of a line's stems that another holds."""
    columns: dict[str, int] = {}
    bags: list[set[int]] = []
    cores = _CORES
    for line in tokens:
        bag = set()
        for word in line[:120]:
            if core := cores[word]:
                bag.add(core)
        bags.append({columns.setdefault(core, len(columns)) for core in bag if core in columns or len(columns) < MOST_STEMS})
    table = np.zeros((len(tokens), len(columns) + 1), np.float32)
    table[np.repeat(np.arange(len(bags)), [len(bag) for bag in bags]), [at for bag in bags for at in bag]] = 1
    out = np.empty((2, len(tokens), len(tokens)), np.float32)
    np.matmul(table, table.T, out=out[1])
    out[1] /= table.sum(1, keepdims=True) + 1e-6
    table *= 1 / np.sqrt(np.maximum(table.sum(0), 1))
    table /= np.sqrt((table * table).sum(1, keepdims=True)) + 1e-6
    np.matmul(table, table.T, out=out[0])
    every = np.arange(len(tokens))
    out[:, every, every] = 0
    return out


class Seen:
    """The features of one page: dense (lines x DENSE), bags of cues by line, sim (2 x lines x lines, see `_alike`)."""

    __slots__ = ("bags", "dense", "sim")

    def __init__(self, dense: Matrix, bags: list[list[str]], sim: Matrix) -> None:
        self.dense, self.bags, self.sim = dense, bags, sim


def cues(tokens: list[str]) -> list[str]:
    """Return the words that may tell a line's role: all of a short line, the first four and last two of a long one, with their place."""
    if len(tokens) <= 7:
        return [*tokens, *(a + "_" + b for a, b in pairwise(tokens)), *(["^" + tokens[0], tokens[-1] + "$"] if tokens else [])]
    return ["^" + tokens[0], tokens[0] + "_" + tokens[1], *("~" + t for t in tokens[:4]), *("~" + t for t in tokens[-2:]), tokens[-1] + "$"]


@lru_cache(maxsize=1)
def _page_words() -> Memo[tuple[int, ...]]:
    """The kinds of a page word, its article or a clitic letter before it passed over."""
    known: dict[str, tuple[int, ...]] = {}
    for row in rows("page_words.tsv"):
        word = fold(row["word"]).lower()
        known[word] = (*known.get(word, ()), KINDS.index(row["kind"]))
    return Memo(lambda word: known.get(word) or known.get(word[2:] if word.startswith("ال") else word[1:] if word[0] in "وبل" else "") or ())


def _kinds(tokens: list[list[str]]) -> Matrix:
    """For each kind of page word: its share among the line's first words, and whether all of them are of the kind."""
    known = _page_words()
    out = np.zeros((len(tokens), 2 * len(KINDS)), np.float32)
    for i, line in enumerate(tokens):
        first = line[:12]
        for word in first:
            for kind in known[word]:
                out[i, kind] += 1 / len(first)
    out[:, len(KINDS) :] = out[:, : len(KINDS)] > 0.99
    return out


def _topics(sim: Matrix, held: Matrix, long: Matrix) -> Matrix:
    out = np.zeros((len(sim), len(TOPIC)), np.float32)
    out[:, 0] = sim @ long / max(1.0, float(long.sum()))
    out[:, 1] = (sim * long).max(1, initial=0)
    out[:-1, 2] = sim.diagonal(1)
    out[1:, 3] = sim.diagonal(1)
    out[:, 4] = sim.max(1, initial=0)
    among = held * long
    out[:, 5] = among.max(1, initial=0)
    out[:, 6] = among.sum(1) / max(1.0, float(long.sum()))
    after = np.flatnonzero(long)
    if len(after):
        next_long = after[np.minimum(np.searchsorted(after, np.arange(len(sim)), "right"), len(after) - 1)]
        out[:, 7] = held[np.arange(len(sim)), next_long]
    return out


def see(text: str, lines: list[Line]) -> Seen:
    """Return the features of a page's lines (at least one line)."""
    sizes = [line.end - line.start for line in lines]
    folded = [
        fold(text[line.start : line.end] if n <= HEAD + TAIL else text[line.start : line.start + HEAD] + text[line.end - TAIL : line.end])
        for line, n in zip(lines, sizes, strict=True)
    ]
    tokens = [_tokens(f) for f in folded]
    sim = _alike(tokens)
    long = np.array([n > LONG for n in sizes], np.float32)
    shape = np.array([_line(*row) for row in zip(folded, sizes, tokens, strict=True)], np.float32)
    place = np.array(_place(folded, tokens, sizes, lines), np.float32)
    dense = np.concatenate([shape, place, _kinds(tokens), _topics(sim[0], sim[1], long), _hints(lines)], 1)
    return Seen(dense, [cues(t) for t in tokens], sim)


def _prefixes(line: str, heads: list[str]) -> tuple[float, float]:
    """Whether the line is the start of another, longer line, and whether another line is the start of it."""
    if len(line) < 15:
        return 0.0, 0.0
    at = bisect_right(heads, line)
    longer = at < len(heads) and heads[at].startswith(line[: max(15, len(line) - 3)])
    low = bisect_right(heads, line[:15])
    shorter = any(line.startswith(h) and h != line for h in heads[low : min(at, low + 20)])
    return float(longer), float(shorter)


def _hints(lines: list[Line]) -> Matrix:
    """HTML's own columns; all zero for plain text."""
    out = np.zeros((len(lines), len(HINTS)), np.float32)
    if not lines[0].tag:
        return out
    out[:, 0] = 1
    under, before = 0.0, ""
    for i, line in enumerate(lines):
        under = 1.0 if line.tag == "h1" else under * 0.9
        parent = line.path.rpartition("/")[0]
        out[i, 1:4] = line.links, under, parent == before
        before = parent
        if line.tag in TAGS:
            out[i, 4 + TAGS.index(line.tag)] = 1
    flags = np.array([line.flags for line in lines], np.int64)
    out[:, 4 + len(TAGS) :] = (flags[:, None] >> np.arange(len(FLAGS))) & 1
    return out
