"""Edges of mentions set right by what is known of Arabic: «ترامب وبوتين» are two, an honorific is not part of a name, a known name is a mention."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from marsad.arabic.letters import fold
from marsad.arabic.words import Word
from marsad.knowledge import rows
from marsad.read.entities import Standing, registry
from marsad.read.lexicon import event_word
from marsad.read.see import gazetteer

Spans = list[tuple[int, int, str]]  # first and last word, kind
HONORIFICS = frozenset(
    fold(
        "السيد السيدة الدكتور الدكتورة الشيخ الأستاذ الأستاذة المستشار المستشارة المهندس المهندسة اللواء العميد العقيد المقدم الرائد النقيب الملازم الفريق المشير البروفيسور السفير سمو معالي فضيلة سعادة الحاج القس"
    ).split()
)
TITLES = frozenset(fold("الرئيس الرئيسة الوزير الوزيرة الملك الملكة الأمير الأميرة النائب النائبة البابا السلطان القاضي الرقيب").split())
ACTS = 0.4  # how often a word must name an event to end a description
_STYLES = frozenset(fold("سمو معالي فضيلة سعادة دولة جلالة سموه").split())
_AND, _IN = "و", "ب"
_OPEN = frozenset(fold("في من إلى عن مع").split())  # no description ends in them; «على» may be Ali
_TOOLS = frozenset(
    _IN + tool for tool in fold("طائرة طائرات مسيرة مسيرات طيران صاروخ صواريخ قذيفة قذائف سيارة عبوة عبوات سكين قنبلة قنابل مدفعية زورق زوارق حزام").split()
)  # what something is done with, and nobody who does it
_BUILT = frozenset(fold("معبر ميناء مسجد جامع مطار جبل مخيم قاعدة ممر مضيق نهر بحر خليج قصر سجن").split())


@lru_cache(maxsize=1)
def actors() -> dict[str, str]:
    """Return the head nouns of unnamed actors, folded, with their sectors."""
    return {fold(row["word"]): row["sector"] for row in rows("actors.tsv")}


def mend(words: Sequence[Word], spans: list[tuple[int, int]], kinds: list[str], known: Sequence[Standing]) -> Spans:
    """Return the mentions with better edges, in their order: coordinated names apart, honorifics off, a glued «ب» ends a name, known names added."""
    folded = [fold(w.text) or w.text for w in words]  # a mark alone folds to nothing
    out: Spans = []
    for (first, last), kind in zip(spans, kinds, strict=True):
        for a, b, k in _apart(folded, first, last, kind):
            if k != "NOM" or folded[a].lstrip(_AND) not in _TOOLS:
                out += _bare(folded, a, b, k)
    out = [_noun_of(folded, a, b, k) for a, b, k in out]
    taken = {i for a, b, _ in out for i in range(a, b + 1)}
    out += [(i, i + 1, "PER") for i in _kunyas(folded, out) if not taken & {i, i + 1}]
    taken = {i for a, b, _ in out for i in range(a, b + 1)}
    out += [
        (b + 1, b + 1, "LOC")
        for _, b, kind in out
        if kind == "LOC" and b + 1 < len(words) and b + 1 not in taken and _demonym(folded[b]) and folded[b + 1][0] == _AND and _demonym(folded[b + 1][1:])
    ]
    taken = {i for a, b, _ in out for i in range(a, b + 1)}
    out += [(k.first, k.end - 1, k.entity.kind) for k in known if not taken & set(range(k.first, k.end))]
    return _joined(folded, sorted(out))


def _demonym(word: str) -> bool:
    """«السورية» of «الأراضي العراقية والسورية»."""
    return gazetteer().get(word, (0,))[0] == 2


def _noun_of(folded: list[str], first: int, last: int, kind: str) -> tuple[int, int, str]:
    """«الأميركية» alone after «القواعد» is no actor of its own: only an event's word lends an adjective that."""
    before = folded[first - 1] if first else ""
    alone = kind == "NOM" and first == last and folded[first].startswith("ال") and _demonym(folded[first])
    if alone and before.lstrip("وبل").startswith("ال") and not event_word(before) and before.lstrip("وبل") not in gazetteer():
        return first - 1, last, kind
    return first, last, kind


def _kunyas(folded: list[str], spans: Spans) -> list[int]:
    """Where «أبو ...» stands in quotes or right after a person."""
    ends = {b for _, b, kind in spans if kind == "PER"}
    quoted = {"«", '"', "(", "”", "“"}
    return [
        i
        for i in range(len(folded) - 1)
        if folded[i] in ("ابو", "ابي", "ام") and len(folded[i + 1]) > 2 and i and (i - 1 in ends or (folded[i - 1] in quoted and (i - 2 in ends or i + 2 < len(folded))))
    ]


def _apart(folded: list[str], first: int, last: int, kind: str) -> Spans:
    """A mention cut at «و» between two, before «ب» or «في» with a place or a known body."""
    out: Spans = []
    start = first
    for i in range(first + 1, last + 1):
        word, rest = folded[i], folded[i][1:]
        after = " ".join([rest, *folded[i + 1 : last + 1]])
        if word[0] == _IN and len(rest) > 2 and (rest in gazetteer() or rest in _WHERE or rest in _PARTS or after in gazetteer()):
            tail = (i + 1, last, "LOC") if rest in _WHERE else (i, last, "LOC")
            return [*out, (start, i - 1, kind), *([tail] if tail[0] <= last else [])]
        if word[0] == "ل" and kind == "NOM" and len(rest) > 3 and (rest in gazetteer() or after in registry()):
            return [*out, (start, i - 1, kind), (i, last, "LOC" if rest in gazetteer() else registry()[after].kind)]
        if word[0] == _IN and kind == "NOM" and (told := event_word(word)) and told.form in ("noun", "") and told.share >= ACTS:
            return [*out, (start, i - 1, kind)]
        if word in _LONE and i < last and kind == "NOM":
            body = " ".join(folded[i + 1 : last + 1])
            known = registry()[body].kind if body in registry() else "LOC" if body in gazetteer() else None
            if known or word == _IN:
                return [*out, (start, i - 1, kind), *([(i + 1, last, known)] if known else [])]
        if word[0] == _AND and len(rest) > 2 and _two(folded, start, i, last, kind):
            out.append((start, i - 1, kind))
            start = i
    return [*out, (start, last, kind)]


_LONE = frozenset({"في", "ب"})
_WHERE = frozenset(fold("منطقة محافظة مدينة مسجد مستشفى مملكة جمهورية دولة قرية بلدة مديرية قضاء حي مطار ميناء المملكة المنطقة").split())
_PARTS = frozenset(fold("ريف ضاحية ضواحي مركز جنوب شمال شرق غرب").split())
_STATES = frozenset(fold("مملكة جمهورية سلطنة المملكة الجمهورية").split())


def _two(folded: list[str], start: int, at: int, last: int, kind: str) -> bool:
    """Whether the word with «و» begins a mention of its own."""
    after = " ".join([folded[at][1:], *folded[at + 1 : last + 1]])
    before = " ".join(folded[start:at])
    if kind == "PER":
        return after in registry() or before in registry()
    if kind == "LOC":
        return True
    if kind == "NOM":
        return folded[at][1:] in actors() and folded[start].lstrip("وبل") not in _FIELDS
    return after in registry() and before in registry()


_FIELDS = frozenset(fold("وزير وزيرة وزارة عضو لجنة هيئة عدد عشرات مئات آلاف عددا كاتب").split())  # what follows them is coordinated inside the mention


def _bare(folded: list[str], first: int, last: int, kind: str) -> Spans:
    if kind == "PER":
        title = None
        while first < last and (folded[first] in HONORIFICS or folded[first] in TITLES):
            title = (first, first, "NOM") if folded[first] in TITLES else title
            first += 1
        return [*([title] if title else []), (first, last, kind)]
    if kind == "NOM":
        while first < last and folded[first].lstrip("ولب") in _STYLES:
            first += 1
        while last > first and folded[last] in HONORIFICS:
            last -= 1
        while last > first and folded[last] in _OPEN:
            last -= 1
    return [(first, last, kind)]


def _joined(folded: list[str], spans: Spans) -> Spans:
    """«معبر» and «رفح» found apart are one place, «قادة» and «الاتحاد الأوروبي» one description, «مملكة» belongs to «البحرين»."""
    out: Spans = []
    for a, b, kind in spans:
        if out and kind in ("LOC", "ORG") and out[-1][2] == "NOM" and out[-1][1] == a - 1 and not folded[a - 1].startswith("ال") and folded[a][0] not in "وبلك":
            out[-1] = (out[-1][0], b, "NOM")
        elif kind == "LOC" and a and folded[a - 1].lstrip("وبل") in _STATES and not (out and out[-1][1] >= a - 1):
            out.append((a - 1, b, kind))
        elif out and kind in ("LOC", "ORG") and out[-1][1] == a - 1 and out[-1][0] == a - 1 and folded[a - 1].lstrip("وبل") in _BUILT:
            out[-1] = (a - 1, b, "LOC")
        else:
            out.append((a, b, kind))
    return out
