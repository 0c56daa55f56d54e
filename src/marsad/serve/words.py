"""The interface in Arabic and English, and how records are named in both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

LANGUAGES = ("ar", "en")
TEXTS: Mapping[str, tuple[str, str]] = {
    "marsad": ("مرصد", "Marsad"), "tagline": ("مرصد الأخبار العربية", "an observatory for Arabic news"),
    "today": ("اليوم", "Today"), "search": ("بحث", "Search"), "map": ("الخريطة", "Map"), "sources": ("المصادر", "Sources"), "watches": ("المتابعة", "Watch"), "corrections": ("التصويبات", "Corrections"),
    "outlook": ("الاستشراف", "Outlook"), "skip": ("إلى المحتوى", "Skip to content"), "other_language": ("English", "العربية"), "dark": ("ليلي", "Dark"), "light": ("نهاري", "Light"),
    "sign_in": ("دخول", "Sign in"), "sign_out": ("خروج", "Sign out"), "password": ("كلمة المرور", "Password"), "wrong_password": ("كلمة المرور غير صحيحة", "That is not the password"),
    "too_many": ("محاولات كثيرة؛ انتظر دقيقة", "Too many tries; wait a minute"),
    "stories": ("القصص", "Stories"), "story": ("قصة", "Story"), "articles": ("مواد", "articles"), "article": ("مادة", "Article"), "copies": ("نسخ", "copies"), "copy": ("نسخة", "copy"), "copy_of": ("نسخة من", "copy of"), "new": ("جديدة", "new"),
    "who": ("من", "Who"), "where": ("أين", "Where"), "to_whom": ("إلى من", "To whom"), "what": ("ماذا", "What"), "when": ("متى", "When"), "says": ("نقلا عن", "According to"),
    "filters": ("تصفية", "Filters"), "country": ("البلد", "Country"), "actor": ("الفاعل", "Actor"), "outlet": ("الوسيلة", "Outlet"), "type": ("نوع الحدث", "Event type"), "day": ("اليوم", "Day"), "apply": ("طبق", "Apply"), "clear": ("أزل", "Clear"), "any": ("الكل", "any"),
    "earlier": ("أسبق", "Earlier"), "later": ("لاحق", "Later"), "more": ("المزيد", "More"), "less": ("أقل", "Less"), "all": ("الكل", "All"),
    "timeline": ("ما جرى", "What happened"), "positions": ("المواقف", "Positions"), "figures": ("الأرقام", "Figures"), "figures_differ": ("أرقام متعارضة", "figures differ"), "related": ("قصص ذات صلة", "Related stories"), "first_source": ("أول مصدر", "First source"),
    "published": ("نشر", "Published"), "undated": ("بلا تاريخ", "undated"), "versions": ("الصيغ", "Versions"), "version": ("صيغة", "Version"), "changes": ("ما تغير", "What changed"), "no_changes": ("لم يتغير شيء", "Nothing changed"),
    "events": ("الأحداث", "Events"), "mentions": ("الأسماء", "Names"), "dates": ("التواريخ", "Dates"), "evidence": ("الشاهد", "Evidence"), "show_cut": ("أظهر ما حذف من الصفحة", "Show what was cut from the page"), "hide_cut": ("أخف ما حذف", "Hide what was cut"), "cut": ("محذوف", "cut"),
    "source_page": ("الصفحة الأصلية", "Original page"), "authors": ("بقلم", "By"), "not_read": ("لم تقرأ هذه المادة بعد", "This article has not been read yet"), "rest": ("بقية النص", "The rest of the text"),
    "sentence": ("الجملة", "Sentence"), "told_by": ("رواه", "Told by"), "outlets": ("وسائل", "outlets"), "reported": ("أوردته", "reported by"), "direct": ("اقتباس", "quoted"), "changed_from": ("كان الموقف", "changed from"),
    "events_over_time": ("الأحداث عبر الزمن", "Events over time"), "conflict_cooperation": ("خط الصراع والتعاون", "Conflict and cooperation"), "counterparts": ("الأطراف المقابلة", "Counterparts"), "recent_events": ("أحدث الأحداث", "Recent events"), "with": ("مع", "with"),
    "week": ("الأسبوع", "week"), "count": ("العدد", "count"), "mean_score": ("متوسط الدرجة (-10 صراع، +10 تعاون)", "mean score (-10 conflict, +10 cooperation)"), "as_table": ("الأرقام جدولا", "The numbers as a table"),
    "results": ("نتائج", "results"), "nothing_found": ("لا نتائج", "Nothing found"), "query_help": ("كلمات بأي صيغة، \"عبارة\"، -بلا، entity: outlet: type: country: after: before:", "words in any form, \"phrase\", -without, entity: outlet: type: country: after: before:"), "query": ("عبارة البحث", "Query"),
    "correct": ("صوب", "Correct"), "confirm": ("صحيح", "Right"), "wrong": ("خطأ", "Wrong"), "change": ("عدل", "Change"), "your_name": ("اسمك", "Your name"), "note": ("ملاحظة", "Note"), "save": ("احفظ", "Save"), "mode": ("الطريقة", "Mode"), "status": ("الحال", "Status"),
    "corrected_by": ("صوبه", "Corrected by"), "verdict": ("الحكم", "Verdict"), "sector": ("القطاع", "Sector"), "kind": ("الصنف", "Kind"), "saved": ("حفظ التصويب", "The correction is kept"), "no_corrections": ("لا تصويبات بعد", "No corrections yet"), "link_wrong": ("ليست نسخة", "Not a copy"),
    "last_visit": ("آخر زيارة", "Last visit"), "found": ("وجد", "found"), "problems": ("مشكلات", "Problems"), "no_problems": ("لا مشكلات", "No problems"), "gap": ("أيام بلا جديد", "Days without news"), "no_sources": ("لم تجمع مصادر من الشبكة بعد", "No sources of the web have been collected yet"), "last_article": ("أحدث مادة", "Newest article"), "first_article": ("أقدم مادة", "Oldest article"), "waiting": ("عناوين تنتظر", "addresses waiting"), "files": ("ملفات", "files"),
    "new_watch": ("متابعة جديدة", "New watch"), "name": ("الاسم", "Name"), "watch_this": ("تابع", "Watch this"), "webhook": ("عنوان يستدعى", "Webhook address"), "mail": ("بريد إلكتروني", "E-mail"), "delete": ("احذف", "Delete"), "feed": ("تغذية", "Feed"), "no_watches": ("لا متابعات بعد", "Nothing is watched yet"), "news_of": ("جديد", "New in"), "watch_hint": ("بحث محفوظ يخبر بكل جديد: تغذية Atom أو استدعاء عنوان أو بريد", "A saved search that tells what is new: an Atom feed, a webhook, mail"),
    "map_of": ("أين جرى ما جرى", "Where it happened"), "days": ("أيام", "days"), "places": ("الأماكن", "Places"), "download": ("تنزيل", "Download"), "passages": ("المقاطع المشتركة", "Shared passages"), "passages_shared": ("مقاطع مشتركة", "shared passages"),
    "empty_archive": ("الأرشيف خال. ابدأ هكذا:", "The archive is empty. Begin with:"), "no_stories_here": ("لا قصص في هذه الأيام", "No stories on these days"), "not_found": ("لا شيء تحت هذا العنوان", "There is nothing under this address"), "error": ("تعذر عرض هذه الصفحة", "This page cannot be shown"), "back": ("إلى البداية", "To the beginning"),
    "updated": ("حدث", "updated"), "pair": ("زوج", "Pair"), "both_ways": ("في الاتجاهين", "both ways"), "mean": ("الدرجة", "Score"), "position_of": ("موقف", "Position of"), "headline": ("العنوان", "Headline"), "date": ("التاريخ", "Date"), "figure": ("رقم", "Figure"), "event": ("حدث", "Event"), "passage": ("مقطع", "Passage"), "before": ("قبل", "Before"), "after": ("بعد", "After"),
    "reasons": ("لماذا", "Why"), "forbidden": ("هذا الطلب لم يأت من صفحة مرصد؛ أعد فتح الصفحة", "This request did not come from a page of Marsad; open the page anew"), "legend": ("مفتاح", "Key"), "person": ("شخص", "person"), "body": ("جهة", "body"), "place": ("مكان", "place"), "described": ("موصوف", "described"), "footer": ("كل سجل يشير إلى حروفه في الصفحة التي قرئ منها", "Every record points to the letters it was read from"),
    "forecast": ("التوقع", "Forecast"), "dossier": ("ملف", "Dossier"), "ask": ("اسأل", "Ask"), "question": ("سؤال أو موضوع", "Question or topic"), "print": ("اطبع", "Print"),
}  # fmt: skip
TYPES: Mapping[str, tuple[str, str]] = {
    "AGREE": ("اتفاق أو تعهد", "agree"), "CONSULT": ("لقاء أو مباحثات", "consult"), "SUPPORT": ("تأييد", "support"), "CONCEDE": ("تنازل", "concede"), "COOPERATE": ("تعاون", "cooperate"), "AID": ("مساعدة", "aid"),
    "RETREAT": ("تراجع أو انسحاب", "retreat"), "REQUEST": ("مطالبة", "request"), "ACCUSE": ("اتهام أو انتقاد", "accuse"), "REJECT": ("رفض أو نفي", "reject"), "THREATEN": ("تهديد", "threaten"), "PROTEST": ("احتجاج", "protest"),
    "SANCTION": ("عقوبة", "sanction"), "MOBILIZE": ("حشد", "mobilize"), "COERCE": ("إكراه", "coerce"), "ASSAULT": ("هجوم", "assault"), "STATE": ("تصريح", "state"),
}  # fmt: skip
STATUSES: Mapping[str, tuple[str, str]] = {
    "asserted": ("مؤكد", "asserted"), "denied": ("منفي", "denied"), "planned": ("مزمع", "planned"), "demanded": ("مطلوب", "demanded"), "possible": ("محتمل", "possible"), "historical": ("ماض", "historical"),
}  # fmt: skip
STANCES: Mapping[str, tuple[str, str]] = {
    "supports": ("يؤيد", "supports"), "promises": ("يتعهد", "promises"), "demands": ("يطالب", "demands"), "rejects": ("يرفض", "rejects"), "threatens": ("يهدد", "threatens"), "accuses": ("ينتقد أو يتهم", "accuses"), "warns": ("يحذر", "warns"),
    "denies": ("ينفي", "denies"), "says": ("يقول", "says"),
}  # fmt: skip
COUNTED: Mapping[str, tuple[str, str]] = {
    "killed": ("قتلى", "killed"), "injured": ("جرحى", "injured"), "arrested": ("معتقلون", "arrested"), "displaced": ("نازحون", "displaced"), "troops": ("جنود", "troops"), "attacks": ("هجمات", "attacks"), "money": ("أموال", "money"), "votes": ("أصوات", "votes"), "other": ("أعداد", "counts"),
}  # fmt: skip
VERDICTS: Mapping[str, tuple[str, str]] = {"wrong": ("خطأ", "wrong"), "right": ("صحيح", "right"), "changed": ("معدل", "changed")}
SECTORS = [
    "GOV",
    "MIL",
    "COP",
    "SPY",
    "LEG",
    "JUD",
    "PTY",
    "OPP",
    "REB",
    "UAF",
    "PRM",
    "CRM",
    "CVL",
    "BUS",
    "MED",
    "JRN",
    "EDU",
    "LAB",
    "REL",
    "REF",
    "IGO",
    "NGO",
    "ELI",
    "SOC",
    "UNK",
]


def say(name: str, language: str) -> str:
    """Return a text of the interface; KeyError for one that is not there."""
    return TEXTS[name][language != "ar"]


MANY: Mapping[str, tuple[tuple[str, str, str, str], tuple[str, str]]] = {
    "articles": (("مادة واحدة", "مادتان", "مواد", "مادة"), ("article", "articles")),
    "copies": (("نسخة واحدة", "نسختان", "نسخ", "نسخة"), ("copy", "copies")),
    "results": (("نتيجة واحدة", "نتيجتان", "نتائج", "نتيجة"), ("result", "results")),
    "outlets": (("وسيلة واحدة", "وسيلتان", "وسائل", "وسيلة"), ("outlet", "outlets")),
    "versions": (("صيغة واحدة", "صيغتان", "صيغ", "صيغة"), ("version", "versions")),
    "events": (("حدث واحد", "حدثان", "أحداث", "حدثا"), ("event", "events")),
    "weeks": (("أسبوع واحد", "أسبوعان", "أسابيع", "أسبوعا"), ("week", "weeks")),
}


def many(number: int, name: str, language: str) -> str:
    """Return a number with what it counts, in the forms of each language («مادتان», «3 مواد», «11 مادة»).

    >>> many(2, "articles", "ar"), many(5, "articles", "ar"), many(1, "articles", "en")
    ('مادتان', '5 مواد', '1 article')
    """
    arabic, english = MANY[name]
    if language != "ar":
        return f"{number:,} {english[number != 1]}"
    if number in (1, 2):
        return arabic[number - 1]
    rest = number % 100
    return f"{number:,} {arabic[2] if 3 <= rest <= 10 else arabic[3]}"


def term(table: Mapping[str, tuple[str, str]], name: str, language: str) -> str:
    """Return a word for a code, the code itself when there is none."""
    return table[name][language != "ar"] if name in table else name


def quoted(words: str) -> str:
    """Return words as the value of a query in an address, as a phrase when there are several."""
    return quote(f'"{words}"' if " " in words else words)


@lru_cache(maxsize=1)
def modes() -> Mapping[str, tuple[str, ...]]:
    """Return the modes that each type of event may have (PLOVER)."""
    return {
        "CONSULT": ("visit", "third-party", "multilateral", "phone"), "RETREAT": ("withdraw", "release", "return", "disarm", "ceasefire", "access", "resign"), "REQUEST": ("assist", "change", "yield", "meet"),
        "ACCUSE": ("disapprove", "investigate", "allege"), "REJECT": ("assist", "change", "yield", "meet"), "THREATEN": ("restrict", "ban", "arrest", "relations", "expel", "territory", "violence", "rights"),
        "PROTEST": ("demo", "riot", "strike", "hunger", "boycott", "obstruct"), "SANCTION": ("withdraw", "discontinue", "expel", "convict"), "MOBILIZE": ("troops", "weapons", "police", "militia"),
        "COERCE": ("seize", "restrict", "ban", "censor", "curfew", "arrest", "deport", "withhold", "misinformation", "cyber"),
        "ASSAULT": ("abduct", "beat", "torture", "execute", "sexual", "assassinate", "destroy", "primitive", "firearms", "explosives", "suicide-attack", "aerial", "drone", "heavy-weapons", "crowd-control", "cleansing", "massacre", "unconventional"),
    }  # fmt: skip
