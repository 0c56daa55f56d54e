"""The sentences of a dossier in Arabic and English."""

from __future__ import annotations

from collections.abc import Mapping

_BOTH: Mapping[str, tuple[str, str]] = {
    "comma": ("، ", ", "), "semicolon": ("؛ ", "; "), "and_more": (" و{n} غيرها", " and {n} more"), "by": (" ({outlets})", " ({outlets})"), "undated": ("بلا تاريخ", "undated"), "an_outlet": ("وسيلة لم تسم", "an unnamed outlet"), "no_outlet": ("بلا اسم", "unnamed"),
    "section_about": ("عم يجيب هذا الملف", "What this is about"), "section_state": ("الحال الآن", "The state of things"), "section_positions": ("المواقف", "Positions"), "section_timeline": ("ما جرى", "What happened"),
    "section_figures": ("الأرقام كما أعطيت", "Figures as given"), "section_contradictions": ("تعارض وتصويب", "Contradictions and corrections"), "section_outlook": ("ما قد يلي", "What may follow"), "section_sources": ("المصادر", "Sources"),
    "about": ("مواد هذا الملف {n}، منها {own} بنص خاص، والوسائل المسماة {outlets}{when}.", "{n} articles, {own} of them in words of their own, from {outlets} named outlets{when}."),
    "between": ("، بين {first} و{last}", ", between {first} and {last}"), "on": ("، في {day}", ", on {day}"),
    "by_whom": ("من {who}", "by {who}"), "to_whom": ("تجاه {whom}", "towards {whom}"), "in_place": ("في {where}", "in {where}"),
    "last_deed": ("آخر ما جرى ({day}): {deed}.", "Lately ({day}): {deed}."), "deed": ("{day}: {deed}{status}{sources}{outlets}.", "{day}: {deed}{status}{sources}{outlets}."),
    "status_planned": (" (مزمع)", " (planned)"), "sources": ("، والمصادر المستقلة {n}", ", by {n} independent outlets"),
    "quoted": ("«{content}»", "“{content}”"), "told": ("{content}", "{content}"), "to": ("، إلى {whom}", " {whom}"), "says": ("، نقلا عن {who}", ", according to {who}"),
    "position": ("{actor}: {stance} {content}{to} ({day}){by}{outlets}.", "{actor} {stance}{to}: {content} ({day}){by}{outlets}."),
    "given": ("{text} ({outlet}، {day})", "{text} ({outlet}, {day})"),
    "figures_grow": ("{what}، والرقم يرتفع: {given}.", "{what}, the count rises: {given}."), "figures_differ": ("{what}، والأرقام متعارضة: {given}.", "{what}, the counts differ: {given}."), "figures_agree": ("{what}: {given}.", "{what}: {given}."),
    "differ": ("{what}: «{low}» ({a}) مقابل «{high}» ({b}).", "{what}: “{low}” ({a}) against “{high}” ({b})."),
    "changed": ("{actor}: كان الموقف «{before}» وصار «{now}»: {content} ({day}).", "{actor}: the position was “{before}” and became “{now}”: {content} ({day})."),
    "days_differ": ("{deed}: أيام مختلفة في المصادر ({days}).", "{deed}: the sources give different days ({days})."), "correction": ("تصويب من {outlet}: «{headline}».", "A correction by {outlet}: “{headline}”."),
    "revised": ("صيغة لاحقة عند {outlet}: {change}.", "A later version by {outlet}: {change}."),
    "series": ("{pair}: {n} حدثا في {weeks} أسبوعا بعد طي النسخ، أكثرها {most} في أسبوع {monday}.", "{pair}: {n} events in {weeks} weeks, copies left out, most of them ({most}) in the week of {monday}."),
    "too_little": ("القليل لا يكفي لتوقع: جمعت {weeks} أسابيع، وفي {some} منها أحداث؛ ويلزم لذلك {least} و{least_some} على الأقل.", "Too little to say what follows: {weeks} weeks were collected, {some} of them with events; it takes {least} and {least_some}."),
    "forecast": (
        "في الأسبوع المقبل: بين {low} و{high} حدثا باحتمال 90 % (الأوسط {middle})، واحتمال حدث واحد على الأقل {some} %؛ وبعد {n} أسابيع بين {later_low} و{later_high}.",
        "Next week: between {low} and {high} events with a chance of 90 % (median {middle}), at least one with {some} %; in {n} weeks between {later_low} and {later_high}.",
    ),
    "model_mixture": ("يتكلم هنا المزيج لأنه كان أدق من أفضل خط أساس ({best}) على ماضي هذه السلسلة: نسبة الخطأ {ratio}.", "The mixture speaks, since it was better than the best baseline ({best}) on the past of this series: its error is {ratio} of the other's."),
    "model_others": ("يتكلم هنا المزيج لأنه كان أدق من خطوط الأساس على سلاسل الأرشيف معا، وإن لم يكن أدق من ({best}) على ماضي هذه السلسلة.", "The mixture speaks, since it was better than the baselines over the series of the archive together, though not better than the best one ({best}) on the past of this series."),
    "model_baseline": ("يتكلم هنا خط الأساس ({best}) لأن المزيج لم يكن أدق منه على ماضي هذه السلسلة.", "The baseline ({best}) speaks, since the mixture was no better on the past of this series."),
    "baseline_zero": ("لا شيء", "nothing"), "baseline_last": ("آخر قيمة", "last value"), "baseline_mean": ("المتوسط القريب", "recent mean"), "baseline_conflictology": ("تكرار الماضي القريب", "conflictology"),
    "omen": ("ما يراقب: بعد {n} أسابيع عدائية زادت الأحداث {rises} مرات، وبعد {m} أسابيع أخرى زادت {others} مرات.", "To watch: after {n} hostile weeks events rose {rises} times, after {m} other weeks {others} times."),
    "source": ("{outlet} ({n})", "{outlet} ({n})"), "source_copies": ("، والنسخ منها {n}", ", {n} of them copies"),
    "type_AGREE": ("اتفاق أو تعهد", "an agreement or promise"), "type_CONSULT": ("لقاء أو مباحثات", "talks"), "type_SUPPORT": ("تأييد", "support"), "type_CONCEDE": ("تنازل", "a concession"), "type_COOPERATE": ("تعاون", "cooperation"), "type_AID": ("مساعدة", "aid"),
    "type_RETREAT": ("تراجع أو انسحاب", "a retreat"), "type_PROTEST": ("احتجاج", "a protest"), "type_SANCTION": ("عقوبة", "a sanction"), "type_MOBILIZE": ("حشد", "mobilization"), "type_COERCE": ("إكراه", "coercion"), "type_ASSAULT": ("هجوم", "an attack"),
    "stance_supports": ("تأييد", "supports"), "stance_promises": ("تعهد", "promises"), "stance_demands": ("مطالبة", "demands"), "stance_rejects": ("رفض", "rejects"), "stance_threatens": ("تهديد", "threatens"), "stance_accuses": ("انتقاد أو اتهام", "accuses"),
    "stance_warns": ("تحذير", "warns"), "stance_denies": ("نفي", "denies"), "stance_says": ("قول", "says"),
    "count_killed": ("القتلى", "Killed"), "count_injured": ("الجرحى", "Injured"), "count_arrested": ("المعتقلون", "Arrested"), "count_displaced": ("النازحون", "Displaced"), "count_troops": ("الجنود", "Troops"), "count_attacks": ("الهجمات", "Attacks"),
    "count_votes": ("الأصوات", "Votes"), "count_other": ("أعداد أخرى", "Other counts"),
}  # fmt: skip


def phrases(language: str) -> Mapping[str, str]:
    """Return the sentences of a language, Arabic for any other than English."""
    return {key: both[language == "en"] for key, both in _BOTH.items()}
