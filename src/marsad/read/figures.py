"""Figures: a number with the noun it counts, what it counts of an event, and whether it is a bound."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from marsad.arabic.calendar import times
from marsad.arabic.letters import fold
from marsad.arabic.numbers import Number, numbers
from marsad.arabic.words import Word, stem, words
from marsad.records import Figure

_BOUNDS = (
    (">", "اكثر من|ازيد من|يزيد علي|يزيد عن|تزيد عن|تزيد علي|يتجاوز|تتجاوز|تجاوز|تجاوزت|يفوق|تفوق|فاق|نيف و|اعلي من"),
    (">=", "ما لا يقل عن|لا يقل عن|لا تقل عن|علي الاقل|بما لا يقل عن"),
    ("<=", "ما لا يزيد عن|لا يتجاوز|لا يزيد عن|حتي|كحد اقصي"),
    ("<", "اقل من|دون|يقل عن"),
    ("~", "نحو|حوالي|قرابه|زهاء|ما يقارب|ما يقرب من|تقريبا|قريب من|يناهز|بنحو|بحوالي"),
)
_BEFORE = re.compile("|".join(f"(?P<b{i}>(?:[وفبل]?(?:{words})))" for i, (_, words) in sorted(enumerate(_BOUNDS), key=lambda b: -len(b[1][1]))) + "$")
_LEAST = re.compile(r"^ ?(?:[\w ]{0,25}?)علي الاقل")
_WHAT = {
    "killed": "قتيل قتلي قتل مقتل قتلت قتلوا شهيد شهداء استشهد استشهاد مصرع ضحيه ضحايا وفاه وفيات توفي جثه جثث جثمان اعدام تصفيه القضاء مات موت هلك اودي اودت",
    "injured": "جريح جرحي جرح اصيب اصابه اصابات مصاب مصابين مصابون المصابين جروح الجرحي",
    "arrested": "اعتقال اعتقل معتقل معتقلا موقوف توقيف اوقف ايقاف القبض ضبط اسير اسري محتجز احتجاز سجين سجناء حبس اسيره ايقاف",
    "displaced": "نازح نازحين نزوح لاجي لاجيين لاجئ مهجر تهجير تشريد مشرد",
    "troops": "جندي جنود عسكري عسكريين مقاتل مقاتلين عنصر عناصر شرطي ضابط قوات",
    "attacks": "هجوم هجمات هجومين هجوما غاره غارات ضربه ضربات قصف تفجير تفجيرات تفجيرين عمليه",
    "money": "دولار دينار يورو ريال درهم جنيه ليره مليم دولارات جنيهات",
    "votes": "صوت اصوات ناخب ناخبين مقعد مقاعد الاصوات",
}  # fmt: skip
_STEMS = {stem(w): what for what, line in _WHAT.items() for w in line.split()}
_PERCENT = re.compile(r"^ ?(?:%|٪|في المئه|في الميه|بالمئه|بالميه|في المايه|بالمايه|بالمئة)")
_NOT = {
    stem(w)
    for w in [
        "ساعه",
        "ساعات",
        "دقيقه",
        "يوم",
        "ايام",
        "اسبوع",
        "شهر",
        "اشهر",
        "سنه",
        "سنوات",
        "عام",
        "اعوام",
        "عاما",
        "سن",
        "عمر",
        "صباحا",
        "مساء",
        "الساعه",
        "ماده",
        "الماده",
        "رقم",
        "طريق",
        "قناه",
        "القرار",
        "صفحه",
        "مجموعه",
        "لجنه",
    ]
}
_NAMED = frozenset(
    fold(
        "المادة مادة الفصل فصل القرن عيار العيار الدورة الذكرى رقم قناة الحادية الثانية الساعة أعمارهم عمره عمرها العام عام سنة القانون قانون المرسوم العدد البند المركز المرتبة الرئيس الـ طراز نوع إف"
    ).split()
)
_HUNDREDTH = ("المئه", "الميه", "المايه")
_STOP = frozenset(
    [
        "في",
        "من",
        "علي",
        "الي",
        "عن",
        "ان",
        "و",
        "بين",
        "خلال",
        "بعد",
        "قبل",
        "منذ",
        "الذي",
        "التي",
        "مع",
        "كانوا",
        "كان",
        "بينهم",
        "بينها",
        "منها",
        "منهم",
        "هم",
        "هو",
        "هي",
        "لا",
        "لم",
        "لن",
        "قد",
        "ما",
    ]
)
_DUALS = {
    fold(stem_ + end): noun
    for stem_, noun in {
        "شخص": "شخصين", "جندي": "جنديين", "قتيل": "قتيلين", "جريح": "جريحين", "شهيد": "شهيدين", "ارهابي": "إرهابيين", "عنصر": "عنصرين", "تفجير": "تفجيرين", "هجوم": "هجومين", "صاروخ": "صاروخين",
        "امراه": "امرأتين", "طفل": "طفلين", "شرطي": "شرطيين", "ضابط": "ضابطين", "مدني": "مدنيين", "فلسطيني": "فلسطينيين", "شاب": "شابين", "عسكري": "عسكريين", "غار": "غارتين",
    }.items()
    for end in (("تين", "تان") if stem_ == "غار" else ("ين", "ان"))
}  # fmt: skip
_NUMBER_OF = frozenset({"عدده", "عددها", "عددهم", "عددهن"})
_LINKING = frozenset({"البالغ", "والبالغ", "البالغه", "المقدر", "يبلغ", "ويبلغ", "بلغ", "الذين", "الذي", "التي", "يقدر", "ويقدر", "و"})
_ENDS = re.compile(r"[.!؟?؛\n]")
_PLURAL_TOO = {"مدنيين", "فلسطينيين", "عسكريين", "شرطيين", "ارهابيين"}


def figures(text: str, timed: Sequence[tuple[int, int]] | None = None) -> list[Figure]:
    """Return the figures of a text in order: value, upper end of a range, counted noun, what it counts (READING.md), bound. Dates, ages, clocks and ordinals are none;
    timed: where the time expressions stand, if that is known already."""
    tokens = words(text)
    dated = [(t.start, t.end) for t in times(text)] if timed is None else timed
    folded = [fold(w.text) for w in tokens]
    out: list[Figure] = []
    found = [n for n in numbers(text) if not any(a < n.end and n.start < b for a, b in dated)]
    upper = None
    for i, number in enumerate(found):
        if upper is number:
            continue
        upper = found[i + 1] if i + 1 < len(found) and _is_range(text, number, found[i + 1]) else None
        end = upper.end if upper else number.end
        if figure := _figure(text, tokens, folded, number.start, end, number.value, number.vague):
            if upper:
                scale = next((x for x in (1e9, 1e6, 1e3) if upper.value >= x and number.value < 1e3), 1)
                figure = msgspec.structs.replace(figure, value=number.value * scale, upper=upper.value, bound=">=")
            out.append(_of_same(text, tokens, folded, figure, out[-1] if out else None))
    taken = [(f.start, f.end) for f in out]
    for i, word in enumerate(tokens):
        bare = folded[i].removeprefix("و").removeprefix("ال").removeprefix("ب").removeprefix("ل")
        if bare in _DUALS and bare not in _PLURAL_TOO and not any(a < word.end and word.start < b for a, b in taken):
            out.append(Figure(start=word.start, end=word.end, value=2, unit=word.text, what=_what(folded, i, i), bound="="))
    return sorted(out, key=lambda f: f.start)


def _of_same(text: str, tokens: list[Word], folded: list[str], figure: Figure, before: Figure | None) -> Figure:
    """A figure without noun with the noun it counts all the same: «المحتجزين، وعددهم نحو 130»; «من 118 هجوما إلى 130»."""
    if figure.unit or figure.what == "money":
        return figure
    first = next(i for i, w in enumerate(tokens) if w.end > figure.start)
    for i in range(first - 1, max(0, first - 8), -1):
        if folded[i] in ".؛":
            break
        if folded[i].removeprefix("و") in _NUMBER_OF:
            at = i - 1
            while at > 0 and (folded[at] in _LINKING or not folded[at].isalpha()):
                at -= 1
            if len(folded[at]) > 2 and folded[at].isalpha():
                return msgspec.structs.replace(figure, unit=tokens[at].text, what=_STEMS.get(stem(folded[at]), figure.what))
    if (
        before
        and before.unit
        and "%" not in before.unit
        and not _ENDS.search(text, before.end, figure.start)
        and first
        and folded[first - 1] in ("الي", "عن")
        and figure.what == "other"
    ):
        return msgspec.structs.replace(figure, unit=before.unit, what=before.what)
    return figure


def _is_range(text: str, low: Number, high: Number) -> bool:
    """Whether two numbers are the ends of one: «بين 20 و30», «150 - 200», «4 إلى 5 مليارات»."""
    between = fold(text[low.end : high.start]).strip()
    if high.value <= low.value:
        return False
    return between in ("-", "الي", "او") or (between == "و" and fold(text[max(0, low.start - 6) : low.start]).strip().endswith("بين"))


def _figure(text: str, tokens: list[Word], folded: list[str], start: int, end: int, value: float, vague: bool) -> Figure | None:
    inside = [i for i, w in enumerate(tokens) if w.start < end and start < w.end]
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    rest = fold(text[end : end + 30])
    if text[start - 1 : start] in ("/", "#", "-", ":") or value >= 1e13 or (1900 <= value <= 2100 and text[start:end].isdigit()):
        return None
    before = folded[first - 1] if first else ""
    if before in _NAMED or (folded[first].startswith("ال") and not any(c.isdigit() for c in folded[first]) and not vague and _ordinal_place(folded, first)):
        return None
    if (folded[first] in _HUNDREDTH and before == "في") or folded[first] in ("بالمئه", "بالميه", "بالمايه"):
        return None
    percent = _PERCENT.match(rest)
    unit_at: list[int] = []
    if percent:
        stop = next((w.end for w in tokens[last + 1 :] if w.text in ("%", "٪") or fold(w.text).endswith(("مئه", "ميه", "مايه"))), end)
        unit, ends = text[end:stop].strip(), stop
    else:
        at = last + 1
        if at < len(tokens) and folded[at] == "من" and at + 1 < len(tokens) and vague:
            at += 1
        while at < len(tokens) and len(unit_at) < 2 and folded[at] not in _STOP and folded[at].isalpha() and not (unit_at and folded[at][:1] in "وفبل" and len(folded[at]) > 3):
            if unit_at and not (folded[at].endswith(("ي", "يه", "يا", "ين", "ون")) or folded[at - 1].startswith("حال")):
                break
            unit_at.append(at)
            at += 1
        unit, ends = (text[tokens[unit_at[0]].start : tokens[unit_at[-1]].end], tokens[unit_at[-1]].end) if unit_at else ("", end)
    if unit_at and stem(tokens[unit_at[0]].text) in _NOT:
        return None
    if first and stem(tokens[first - 1].text) in _NOT and not unit:
        return None
    if value == 1 and not text[start:end].isdigit():
        return None
    bound, began = ">=" if vague else "=", start
    if m := _BEFORE.search(fold(text[max(0, start - 24) : start]).rstrip()):
        bound = next(_BOUNDS[int(k[1:])][0] for k, v in m.groupdict().items() if v)
        count = len(m.group().split())
        began = tokens[max(0, first - count)].start
    if _LEAST.match(fold(text[ends : ends + 40])) or rest.startswith(" علي الاقل"):
        bound = ">="
    return Figure(start=began, end=ends, value=value, unit=unit, what=_what(folded, first, unit_at[-1] if unit_at else last), bound=bound)


def _ordinal_place(folded: list[str], first: int) -> bool:
    """Whether a number word with the article stands where an ordinal does: «القرن الحادي والعشرين», «الذكرى الأربعين»."""
    return any(w in _NAMED or w.startswith("الحادي") for w in folded[max(0, first - 2) : first])


def _what(folded: list[str], first: int, last: int) -> str:
    """What the figure counts: told by its own noun, else by the nearest such word before it, else after it in the clause."""
    for i in range(first, last + 1):
        if what := _STEMS.get(stem(folded[i])):
            if what not in ("troops", "attacks"):
                return what
            noun = what
            break
    else:
        noun = ""
    for i in range(first - 1, max(-1, first - 7), -1):
        if folded[i] in ".؛;":
            break
        if (what := _STEMS.get(stem(folded[i]))) in ("killed", "injured", "arrested", "displaced"):
            return what or ""
    for i in range(last + 1, min(len(folded), last + 3)):
        if (what := _STEMS.get(stem(folded[i]))) in ("killed", "injured", "arrested"):
            return what or ""
    return noun or "other"
