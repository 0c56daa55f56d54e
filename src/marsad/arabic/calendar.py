"""Dates and times in Arabic text, with TIMEX3 values against a publication day.

News tells what has happened, so a weekday or a month without a year means the last one on or before that day, unless a word such as
«المقبل» says otherwise. Values follow TIMEX3 (ISO 8601 with parts of the day TMO TAF TEV TNI, weeks 2016-W07, seasons 2016-SU, durations P3D).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from hijridate import Gregorian, Hijri

from marsad.arabic.letters import fold
from marsad.arabic.numbers import numbers, ordinal
from marsad.knowledge import rows
from marsad.spans import Folded

_WEEKDAYS = {"اثنين": 0, "ثلاثاء": 1, "ثلاثا": 1, "اربعاء": 2, "اربعا": 2, "خميس": 3, "جمعه": 4, "سبت": 5, "احد": 6}
_DAY_PARTS = {
    **dict.fromkeys(("صباح", "صباحا", "فجر", "فجرا", "ضحي", "صبيحه"), "TMO"), **dict.fromkeys(("ظهر", "ظهرا", "عصر", "عصرا", "بعد ظهر"), "TAF"),
    **dict.fromkeys(("مساء", "مسا", "امسيه", "عشيه", "مغرب"), "TEV"), **dict.fromkeys(("ليل", "ليلا", "ليله"), "TNI"),
}  # fmt: skip
_UNITS = {
    **dict.fromkeys(("يوم", "يوما", "ايام", "يومين", "يومان"), "D"), **dict.fromkeys(("اسبوع", "اسبوعا", "اسابيع", "اسبوعين", "اسبوعان"), "W"),
    **dict.fromkeys(("شهر", "شهرا", "اشهر", "شهور", "شهرين", "شهران"), "M"), **dict.fromkeys(("عام", "عاما", "اعوام", "عامين", "عامان", "سنه", "سنوات", "سنين", "سنتين", "سنتان"), "Y"),
    **dict.fromkeys(("ساعه", "ساعات", "ساعتين", "ساعتان"), "TH"), **dict.fromkeys(("دقيقه", "دقائق", "دقايق", "دقيقتين"), "TM"), **dict.fromkeys(("عقد", "عقود", "عقدين"), "E"),
}  # fmt: skip
_VAGUE = {"ايام": "PXD", "اسابيع": "PXW", "اشهر": "PXM", "شهور": "PXM", "سنوات": "PXY", "اعوام": "PXY", "ساعات": "PTXH", "دقائق": "PTXM", "دقايق": "PTXM"}
_SEASONS = {"صيف": "SU", "شتاء": "WI", "شتا": "WI", "ربيع": "SP", "خريف": "FA"}
_PAST = "ماضي|ماضيه|فايت|منصرم|منصرمه|اخير|اخيره|سابق"
_NEXT = "مقبل|مقبله|قادم|قادمه|اتي|اتيه"
_THIS = "جاري|جاريه|حالي|حاليه|الراهن"


_ROOTS = ("يوم", "ايام", "اسبوع", "اسابيع", "شهر", "شهور", "عام", "اعوام", "سنه", "سنو", "سني", "سنت", "ساع", "دقي", "دقا", "عق")  # in every word of _UNITS
_FULL = 6  # so many of the shapes below, the first ones, tell a day by figures
_DIGIT = re.compile(r"\d")


class Timex(NamedTuple):
    """A time expression: start and end in code points of the text, value (TIMEX3)."""

    start: int
    end: int
    value: str


class Shape(NamedTuple):
    """How a time is told: one of `needs` stands in every text that has it, which is quicker to see than the pattern."""

    needs: tuple[str, ...]
    pattern: re.Pattern[str]
    give: Callable[[re.Match[str], date | None], str | None]


@lru_cache(maxsize=1)
def _months() -> dict[str, tuple[str, int]]:
    return {fold(r["name"]).lower(): (r["calendar"], int(r["month"])) for r in rows("months.tsv")}


def _alternatives(words: list[str]) -> str:
    return "|".join(re.escape(w).replace(r"\ ", " ") for w in sorted(words, key=len, reverse=True))


@lru_cache(maxsize=1)
def _patterns() -> list[Shape]:
    months, hijri_months = (tuple(m for m, (c, _) in _months().items() if c == calendar) for calendar in ("gregorian", "hijri"))
    digits = tuple("0123456789")
    gregorian, hijri = _alternatives(list(months)), _alternatives(list(hijri_months))
    month = rf"(?P<month>{gregorian})(?: ?[/(-] ?(?:{gregorian})\)?)?"
    year = r"(?P<year>(?:19|20)\d\d)"
    part = rf"(?:(?P<part>{_alternatives(list(_DAY_PARTS))}) )?"
    week = rf"(?:(?:يوم )?ال(?:{_alternatives(list(_WEEKDAYS))}),? ?-?,? ?(?:الموافق )?)?"
    count = r"(?P<count>\d+|[\u0621-\u064a]+(?: عشره?)?)"
    unit = rf"(?P<unit>{_alternatives(list(_UNITS))})"
    edge, end = r"(?<![\w/.])(?:[وفبلك]{0,2})", r"(?![\w])"
    vague = _alternatives(list(_VAGUE))
    numbered = "ايام|يوما|اسابيع|اسبوعا|اشهر|شهور|شهرا|سنوات|اعوام|عاما|سنه|ساعات|ساعه|دقيقه|دقايق|عقود"
    dual = "يومين|يومان|اسبوعين|اسبوعان|شهرين|شهران|عامين|عامان|سنتين|سنتان|ساعتين|ساعتان"
    small = "ثلاثه?|اربعه?|خمسه?|سته?|سبعه?|ثماني(?:ه)?|تسعه?|عشره?|عشرين|عشرون|ثلاثين|ثلاثون|اربعين|خمسين|ستين"
    no_age = r"(?<!العمر )(?<!عمره )(?<!عمرها )(?<!عمر )(?<!البالغ )(?<!\()(?<!اعمارهم بين )(?<!دون )"
    day = r"(?P<day>\d{1,2}|ال[\u0621-\u064a]+(?: (?:عشر|والعشرين))?)"
    shapes: list[tuple[tuple[str, ...], str, Callable[[re.Match[str], date | None], str | None]]] = [
        (digits, r"(?P<year>(?:19|20)\d\d) ?[-/.] ?(?P<m>\d{1,2}) ?[-/.] ?(?P<d>\d{1,2})(?!\d)", _numeric),
        (digits, rf"{part}{week}(?P<d>\d{{1,2}}) ?[-/.] ?(?P<m>\d{{1,2}}) ?[-/.] ?(?P<year>(?:19|20)\d\d)(?!\d)", _numeric),
        (digits, rf"{part}{week}(?P<day>\d{{1,2}}) ?-? ?(?:من )?(?:شهر )?(?P<hijri>{hijri}),? ?(?:عام |سنه )?(?P<hy>1[34]\d\d)?(?: ?ه\w{{0,2}})?", _hijri),
        (digits, rf"(?:من )?(?P<from>\d{{1,2}}) ?(?:-|الي|و|حتي) ?(?P<day>\d{{1,2}}) (?:من )?(?:شهر )?{month}(?:,? ?(?:من )?(?:عام |سنه )?{year})?{end}", _range),
        (months, rf"{part}{week}{day} ?[-/,]? ?(?:من )?(?:شهر )?{month}(?:,? ?[-/]? ?(?:من )?(?:عام |سنه )?{year}| (?:ال(?P<rel>{_PAST}|{_NEXT}|{_THIS})))?{end}", _day_month),
        (digits, rf"{month} (?P<day>\d{{1,2}}),? {year}{end}", _day_month),
        (months, rf"(?:شهر )?{month}(?:,? ?(?:من )?(?:عام |سنه )?{year}| ال(?P<rel>{_PAST}|{_NEXT}|{_THIS})){end}", _month),
        (hijri_months, rf"(?:شهر )(?P<hijri>{hijri}){end}", _hijri),
        (("امس", "اليوم", "غد"), rf"{part}(?:يوم )?(?P<rel>اول من امس|اول امس|امس الاول|امس|(?<!صحيفه )اليوم|غدا|بعد غد|الغد|غد){end}(?! الوطني)(?!,? (?:يوم )?ال(?:{_alternatives(list(_WEEKDAYS))})\b)", _relative_day),
        (("ليل", "البارحه"), rf"(?P<rel>ليلا|(?:(?:خلال )(?:ساعات )?)الليل){end}", _night),
        (("ليل", "البارحه"), rf"(?:(?P<part>ليل|ليله) )?(?P<rel>الليله الماضيه|الليله|البارحه){end}", _relative_day),
        (tuple(_WEEKDAYS), rf"{part}(?:(?P<between>امس|اليوم|غدا?) )?(?:(?:يوم )?)?ال(?P<week>{_alternatives(list(_WEEKDAYS))})(?:,? ال(?P<rel>{_PAST}|{_NEXT}|{_THIS}))?{end}(?! عشر)", _weekday),
        (("الساعه",), rf"الساعه (?:(?P<hour>\d{{1,2}})(?:[:.,](?P<minute>\d\d))?|(?P<told>ال[\u0621-\u064a]+(?: عشره?)?))(?: و(?P<more>النصف|الربع|الثلث))?(?: (?:من )?(?P<half>{_alternatives(list(_HALVES))}))?{end}", _clock),
        (("الربع",), rf"الربع (?P<quarter>الاول|الثاني|الثالث|الرابع) من (?:(?:عام |العام |سنه )?{year}|(?:هذا )?العام(?: ال(?P<rel>{_PAST}|{_THIS}))?){end}", _quarter),
        (_ROOTS, rf"(?:ال(?P<two>يومين|اسبوعين) ال(?:ماضيين|اخيرين|منصرمين)){end}", _two_days),
        (_ROOTS, rf"(?:قبل|منذ|بعد|خلال|في) (?:عده |بضعه )?(?P<vague>{vague})(?: قليله| عديده| طويله| معدوده)?{end}(?! ال)", _vague),
        (_ROOTS, rf"(?:ال)?(?P<vague>{vague}) (?:ال)?(?:قليله|عديده|{_PAST}|{_NEXT}){end}", _vague),
        (_ROOTS, rf"(?:قبل|منذ) (?:(?:اكثر|اقل|ازيد) من |نحو |حوالي )?(?:{count} )?{unit}{end}(?! ?(?:\d|{gregorian}))", _ago),
        (_ROOTS, rf"(?:بعد) (?:(?:اكثر|اقل|ازيد) من |نحو |حوالي )?(?:{count} )?{unit}{end}(?! ?(?:\d|{gregorian}))", _after),
        (_ROOTS, rf"ال(?P<span>اسبوع|شهر|عام|سنه) ال(?P<rel>{_PAST}|{_NEXT}|{_THIS}){end}", _span),
        (_ROOTS, rf"هذا (?:ال(?P<span>اسبوع|شهر|عام)){end}|هذه (?:ال(?P<span2>سنه)){end}", _span),
        (digits, rf"(?P<season>{_alternatives(list(_SEASONS))}) (?:عام |سنه )?{year}{end}", _season),
        (digits, r"(?:بين )?(?:عامي |سنتي )(?P<y1>(?:19|20)\d\d) ?و ?(?P<y2>(?:19|20)\d\d)|(?P<y3>(?:19|20)\d\d) ?- ?(?P<y4>(?:19|20)\d\d)", _years),
        (digits, r"(?:عام|العام|سنه|السنه) (?P<year>(?:1[789]|20)\d\d)(?!\w)", _year),
        (digits, rf"(?:(?<=في )|(?<=منذ )|(?<=حتي )|(?<=\()){year}{end}", _year),
        (_ROOTS, rf"(?:ال{unit} ال(?P<count2>[\u0621-\u064a]+|\d+) ال(?:{_PAST}|{_NEXT})){end}", _length),
        (_ROOTS, rf"(?:خلال|لمده|مده|طوال|طيله|علي مدي|مدي|في) {count} {unit}{end}", _length),
        (digits, rf"(?:(?<=انتخابات )|(?<=بحلول )|(?<=ثوره )|(?<=حرب )|(?<=اتفاق )|(?<=الي )|(?<=قبل )|(?<=دستور )|(?<=مونديال )|(?<=موسم )|(?<=بدايه )|(?<=نهايه )|(?<=مطلع )|(?<=اواخر )){year}{end}", _year),
        (months, rf"(?:(?<=في )|(?<=منذ )|(?<=خلال )|(?<=حتي )|(?<=مطلع )|(?<=نهايه )|(?<=اواخر )|(?<=بدايه )|(?<=اوائل )|(?<=منتصف ))(?:شهر )?{month}{end}(?! (?:ال)?\d)", _bare_month),
        (months, rf"شهر {month}{end}(?! (?:ال)?\d)", _bare_month),
        (digits, rf"{no_age}(?P<count>\d+) (?P<unit>{numbered}){end}", _length),
        (_ROOTS, rf"(?P<unit>{dual}){end}", _length),
        (_ROOTS, rf"(?P<count>{small}) (?P<unit>{numbered}){end}", _length),
    ]  # fmt: skip
    return [Shape(needs, re.compile(edge + f"(?:{shape})"), give) for needs, shape, give in shapes]


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _group(m: re.Match[str], name: str) -> str:
    return (m[name] or "") if name in m.re.groupindex else ""


def _with_part(value: str | None, m: re.Match[str]) -> str | None:
    return value + _DAY_PARTS.get(_group(m, "part"), "") if value else None


def _numeric(m: re.Match[str], anchor: date | None) -> str | None:
    return _with_part(_iso(int(m["year"]), int(m["m"]), int(m["d"])) or _iso(int(m["year"]), int(m["d"]), int(m["m"])), m)


def _year_of(month: int, day: int, rel: str, anchor: date) -> int:
    if rel and re.fullmatch(_NEXT, rel):
        return anchor.year + ((month, day) <= (anchor.month, anchor.day))
    if rel and re.fullmatch(_THIS, rel):
        return anchor.year
    return anchor.year - ((month, day) > (anchor.month, anchor.day))


def _day_number(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    first, _, rest = text.partition(" ")
    base = ordinal(first)
    if base is None:
        return {"العشرين": 20, "الثلاثين": 30, "العشر": 10}.get(text)
    return base + (10 if rest == "عشر" else 20 if rest else 0)


def _day_month(m: re.Match[str], anchor: date | None) -> str | None:
    day, month = _day_number(m["day"]), _months()[m["month"]][1]
    if day is None:
        return None
    if m["year"]:
        return _with_part(_iso(int(m["year"]), month, day), m)
    if anchor is None:
        return f"XXXX-{month:02}-{day:02}" if 1 <= day <= 31 else None
    if not 1 <= day <= 31:
        return None
    year = _year_of(month, day, _group(m, "rel"), anchor)
    if not _group(m, "rel") and 0 < (date(anchor.year, month, min(day, 28)) - anchor).days <= 45:
        year = anchor.year  # announced for the coming weeks
    return _with_part(_iso(year, month, day), m)


def _range(m: re.Match[str], anchor: date | None) -> str | None:
    month = _months()[m["month"]][1]
    year = int(m["year"]) if m["year"] else _year_of(month, int(m["from"]), "", anchor) if anchor else None
    if year is None:
        return None
    first, last = _iso(year, month, int(m["from"])), _iso(year, month, int(m["day"]))
    return f"{first}/{last}" if first and last and first < last else None


def _month(m: re.Match[str], anchor: date | None) -> str | None:
    month = _months()[m["month"]][1]
    if m["year"]:
        return f"{m['year']}-{month:02}"
    if anchor is None:
        return None
    rel = m["rel"]
    year = anchor.year
    if re.fullmatch(_PAST, rel):
        year -= month >= anchor.month
    elif re.fullmatch(_NEXT, rel):
        year += month <= anchor.month
    return f"{year}-{month:02}"


def _hijri(m: re.Match[str], anchor: date | None) -> str | None:
    month = _months()[m["hijri"]][1]
    text, day = _group(m, "hy"), _group(m, "day")
    if not text and anchor is None:
        return None
    try:
        year = int(text) if text else Gregorian.fromdate(anchor or date.today()).to_hijri().year
        if day:
            return _with_part(Hijri(year, month, int(day)).to_gregorian().isoformat(), m)
        first = Hijri(year, month, 1)
        return f"{first.to_gregorian().isoformat()}/{(first.to_gregorian() + timedelta(first.month_length() - 1)).isoformat()}"
    except (ValueError, OverflowError):
        return None


_RELATIVE = {"امس": -1, "البارحه": -1, "الليله الماضيه": -1, "اول امس": -2, "اول من امس": -2, "امس الاول": -2, "اليوم": 0, "الليله": 0, "غدا": 1, "غد": 1, "الغد": 1, "بعد غد": 2}


def _relative_day(m: re.Match[str], anchor: date | None) -> str | None:
    if anchor is None:
        return None
    value = (anchor + timedelta(_RELATIVE[m["rel"]])).isoformat()
    if m["rel"] in ("الليله الماضيه", "الليله", "البارحه"):
        return value + "TNI"
    return _with_part(value, m)


def _night(m: re.Match[str], anchor: date | None) -> str | None:
    """«ليلا» in the morning's news is the night before."""
    return (anchor - timedelta(1)).isoformat() + "TNI" if anchor else None


_HALVES = {"صباحا": 0, "صباح": 0, "فجرا": 0, "ظهرا": 12, "عصرا": 12, "مساء": 12, "بعد الظهر": 12, "ليلا": 12}
_MORE = {"النصف": 30, "الربع": 15, "الثلث": 20}


def _clock(m: re.Match[str], anchor: date | None) -> str | None:
    if anchor is None:
        return None
    hour = int(m["hour"]) if m["hour"] else _day_number(m["told"])
    if hour is None or hour > 24:
        return None
    minute = int(m["minute"] or 0) + _MORE.get(m["more"] or "", 0)
    hour += _HALVES.get(m["half"] or "", 0) if hour < 12 else 0
    return f"{anchor.isoformat()}T{hour:02}:{minute:02}" if minute < 60 else None


def _quarter(m: re.Match[str], anchor: date | None) -> str | None:
    number = ("الاول", "الثاني", "الثالث", "الرابع").index(m["quarter"]) + 1
    if m["year"]:
        return f"{m['year']}-Q{number}"
    return f"{anchor.year - bool(m['rel'] and re.fullmatch(_PAST, m['rel']))}-Q{number}" if anchor else None


def _two_days(m: re.Match[str], anchor: date | None) -> str | None:
    if anchor is None:
        return None
    days = 2 if m["two"] == "يومين" else 14
    return f"{(anchor - timedelta(days)).isoformat()}/{(anchor - timedelta(1)).isoformat()}"


def _weekday(m: re.Match[str], anchor: date | None) -> str | None:
    if anchor is None:
        return None
    day, rel = _WEEKDAYS[m["week"]], m["rel"] or ""
    back = (anchor.weekday() - day) % 7
    if m["between"]:  # «غد الجمعة»: the Friday nearest to the day that is meant, should the page be dated a day late
        meant = anchor + timedelta(-1 if m["between"] == "امس" else 0 if m["between"] == "اليوم" else 1)
        moment = min((meant + timedelta(n) for n in range(-3, 4)), key=lambda d: (d.weekday() != day, abs((d - meant).days)))
    elif re.fullmatch(_NEXT, rel):
        moment = anchor + timedelta((day - anchor.weekday()) % 7 or 7)
    elif re.fullmatch(_PAST, rel):
        moment = anchor - timedelta(back or 7)
    else:
        moment = anchor - timedelta(back)
    return _with_part(moment.isoformat(), m)


def _count_unit(m: re.Match[str]) -> tuple[float, str] | None:
    unit = m["unit"]
    text = _group(m, "count") or _group(m, "count2")
    if unit.endswith(("ين", "ان")) and not text and unit not in ("سنين",):
        return 2, _UNITS[unit]
    if not text:
        return 1, _UNITS[unit]
    found = numbers(text)
    if len(found) != 1:
        return None
    return found[0].value, _UNITS[unit]


def _shift(anchor: date, count: float, unit: str, sign: int) -> str | None:
    n = int(count) * sign
    try:
        if unit in "DW":
            return (anchor + timedelta(n * (7 if unit == "W" else 1))).isoformat()
        if unit == "M":
            months = anchor.year * 12 + anchor.month - 1 + n
            return f"{months // 12}-{months % 12 + 1:02}"
        if unit in "YE":
            return f"{anchor.year + n * (10 if unit == 'E' else 1):04}"
    except OverflowError:
        return None
    return None


def _ago(m: re.Match[str], anchor: date | None) -> str | None:
    got = _count_unit(m)
    return _shift(anchor, *got, -1) if got and anchor else None


def _vague(m: re.Match[str], anchor: date | None) -> str | None:
    return _VAGUE[m["vague"]]


def _bare_month(m: re.Match[str], anchor: date | None) -> str | None:
    """A month alone: the last one up to the publication day."""
    month = _months()[m["month"]][1]
    return f"{anchor.year - (month > anchor.month)}-{month:02}" if anchor else None


def _after(m: re.Match[str], anchor: date | None) -> str | None:
    return _length(m, anchor)


def _length(m: re.Match[str], anchor: date | None) -> str | None:
    got = _count_unit(m)
    if not got or got[1] == "E":
        return f"P{int(got[0] * 10)}Y" if got else None
    return f"P{got[1][0]}{int(got[0])}{got[1][1]}" if len(got[1]) == 2 else f"P{int(got[0])}{got[1]}"


def _span(m: re.Match[str], anchor: date | None) -> str | None:
    if anchor is None:
        return None
    rel = _group(m, "rel")
    step = -1 if rel and re.fullmatch(_PAST, rel) else 1 if rel and re.fullmatch(_NEXT, rel) else 0
    span = _group(m, "span") or _group(m, "span2")
    if span == "اسبوع":
        year, week, _ = (anchor + timedelta(7 * step)).isocalendar()
        return f"{year}-W{week:02}"
    return _shift(anchor, 1 if step else 0, "M" if span == "شهر" else "Y", step or 1)


def _season(m: re.Match[str], anchor: date | None) -> str | None:
    return f"{m['year']}-{_SEASONS[m['season']]}"


def _years(m: re.Match[str], anchor: date | None) -> str | None:
    first, last = m["y1"] or m["y3"], m["y2"] or m["y4"]
    return f"{first}/{last}" if first < last else None


def _year(m: re.Match[str], anchor: date | None) -> str | None:
    return m["year"]


def times(text: str | Folded, anchor: date | None = None) -> list[Timex]:
    """Return the time expressions of a text in order, none overlapping; anchor is the publication day, None when unknown.

    Expressions that cannot be resolved (relative ones without anchor) are left out.

    >>> [t.value for t in times("الخميس الماضي ومنذ أمس الأول حتى 12 جويلية 2023", date(2024, 1, 7))]
    ['2024-01-04', '2024-01-05', '2023-07-12']
    """
    return _find(text, anchor, _patterns())


def full_dates(text: str) -> list[Timex]:
    """Return the days that a text tells in full, with day, month and year or with day and month in figures; quick where there is no digit.

    >>> [t.value for t in full_dates("الخميس 4 يناير 2024، منذ أسبوع")]
    ['2024-01-04']
    """
    return _find(text, None, _patterns()[:_FULL]) if _DIGIT.search(text) else []


def _find(text: str | Folded, anchor: date | None, patterns: list[Shape]) -> list[Timex]:
    view = text if isinstance(text, Folded) else Folded(text)
    low = view.folded.lower()
    if len(low) != len(view.folded):  # a letter whose lower case is longer
        low = view.folded
    taken: list[tuple[int, int, str]] = []
    there: dict[tuple[str, ...], bool] = {}
    for needs, pattern, give in patterns:
        if needs not in there:
            there[needs] = any(mark in low for mark in needs)
        if not there[needs]:
            continue
        for m in pattern.finditer(low):
            start = m.start() + _lead(m)
            if any(start < b and a < m.end() for a, b, _ in taken):
                continue
            value = give(m, anchor)
            if value:
                taken.append((start, m.end(), value))
    out = []
    for start, end, value in sorted(taken):
        span = view.span(start, end)
        out.append(Timex(span.start, span.end, value))
    return out


def _lead(m: re.Match[str]) -> int:
    """Length of the glued conjunction or preposition at the front of a match."""
    found = re.match(r"[وفبلك]{1,2}(?=\d|ال|امس|اول)", m.group())
    return len(found.group()) if found else 0
