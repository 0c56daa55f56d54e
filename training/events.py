"""Makes `src/marsad/knowledge/events.tsv`: event words with PLOVER type and mode, inflected from `event_words.txt`, and the triggers of the training data;
and `actors.tsv`: the head nouns of unnamed actors with their sector.

    python training/events.py ../shared/gold/events/train.jsonl

A word has the type that comes first in the training data where that is clear (three times or more, and in three of five cases), else that of the list. Phrases («أطلق_سراح») are frames: the trigger is their noun.
`share` says how often the stem names an event where it stands in the training data.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "src"))
from marsad.arabic.letters import fold  # noqa: E402
from marsad.arabic.words import words  # noqa: E402
from marsad.read.lexicon import key  # noqa: E402

OUT = HERE.parent / "src/marsad/knowledge"
ACTORS = {
    "MIL": "قوات جنود جندي ضابط ضباط عسكريون طائرات مقاتلات طيران جنرال قائد قادة عسكري بحارة أسطول دبابات مدفعية كتيبة لواء",
    "COP": "شرطي شرطيون عناصر_أمن أمنيون محققون حراس دورية", "UAF": "مسلح مسلحون مجهولون مجهول ملثمون", "REB": "متمردون مقاتلون إرهابيون إرهابي انتحاري متطرفون متشددون ميليشيات فصائل ثوار انقلابيون",
    "GOV": "رئيس وزير وزراء مسؤول مسؤولون ناطق متحدث متحدثة سفير دبلوماسيون مبعوث مستشار سلطات حكومة حكومات محافظ والي ملك أمير نائب_الرئيس أمين_عام مندوب وفد",
    "LEG": "نائب نواب برلمانيون مشرعون", "JUD": "قاض قضاة محكمة قضاء مدع نيابة محام محامون", "PTY": "حزب أحزاب قيادي", "OPP": "معارض معارضون معارضة ناشط ناشطون متظاهر متظاهرون محتجون معتصمون مضربون",
    "CVL": "مدني مدنيون مواطن مواطنون شخص أشخاص قتيل قتلى جريح جرحى ضحية ضحايا شهيد شهداء امرأة نساء طفل أطفال مستوطن مستوطنون سكان أهالي رهينة رهائن أسير أسرى رجل شاب شبان عائلة عائلات مصلون حجاج مصابون ركاب",
    "REF": "لاجئ لاجئون نازح نازحون مهاجر مهاجرون", "JRN": "صحفي صحفيون صحافي صحافيون مراسل إعلاميون مصور وسائل", "MED": "طبيب أطباء مسعفون ممرضون", "EDU": "طالب طلاب طلبة معلم معلمون أستاذ أساتذة",
    "LAB": "عامل عمال موظف موظفون نقابة نقابات", "BUS": "تاجر تجار شركة شركات مستثمرون رجال_أعمال", "CRM": "مهرب مهربون لص عصابة مجرمون جاني مشتبه", "REL": "إمام أئمة خطيب رجال_دين",
    "UNK": "مصدر مصادر شاهد شهود خبير خبراء محلل محللون", "ELI": "رئيس_سابق",
}  # fmt: skip


def past(verb: str) -> list[str]:
    """He, she, they of a past tense; a weak last letter falls before their endings."""
    bare = verb[:-1] if verb[-1] in "ىا" else verb
    return [verb, bare + "ت", bare + "وا"]


def present(verb: str) -> list[str]:
    bare = verb[:-1] if verb[-1] in "يىو" else verb
    return [verb, "ت" + verb[1:], bare + "ون", "س" + verb]


def noun(word: str) -> list[str]:
    return [word, "ال" + word]


def listed(path: Path):
    """(word, type, mode, form) of the list."""
    kind = mode = ""
    for line in path.read_text(encoding="utf8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line[0].isascii():
            kind, _, mode = line.partition(" ")
            continue
        for group in line.split(";"):
            items = group.split()
            verbal = len(items) > 1 and items[1].startswith("ي")
            for i, item in enumerate(items):
                if "_" in item:
                    yield item.replace("_", " "), kind, mode, "phrase"
                elif item.startswith("ي") and len(item) > 2 and verbal:
                    yield from ((w, kind, mode, "present") for w in present(item))
                elif verbal and i == 0:
                    yield from ((w, kind, mode, "past") for w in past(item))
                else:
                    yield from ((w, kind, mode, "noun") for w in noun(item))


def told(path: Path):
    """word -> counts of (type, mode) among the triggers of the training data."""
    count: dict[str, Counter] = {}
    for record in map(json.loads, path.open(encoding="utf8")):
        for e in record["events"]:
            trigger = record["text"][slice(*e["trigger"])]
            if len(words(trigger)) == 1 and trigger.isalpha():
                count.setdefault(trigger, Counter())[e["type"], e["mode"] or ""] += 1
    return count


def shares(path: Path) -> dict[str, float]:
    """How often a stem that is known names an event where it occurs in the training data: stem -> 0 to 1, from three occurrences on."""
    total, as_trigger = Counter(), Counter()
    for record in map(json.loads, path.open(encoding="utf8")):
        triggers = {e["trigger"][1] for e in record["events"]}
        for word in words(record["text"]):
            total[key(word.text)] += 1
            as_trigger[key(word.text)] += word.end in triggers
    return {stem: as_trigger[stem] / n for stem, n in total.items() if n >= 3}


def plural(word: str) -> list[str]:
    """The word, its oblique form if it is a sound plural, both with the article."""
    return [form for one in (word, word[:-2] + "ين" if word.endswith("ون") else word) for form in noun(one)]


def actors(path: Path) -> dict[str, tuple[str, ...]]:
    """Head nouns of the list, then first words of unnamed actors that the training data has three times or more, with the sector most have."""
    rows = {fold(w): (w, sector, "Marsad") for sector, given in ACTORS.items() for item in given.split() if "_" not in item for w in plural(item)}
    count: dict[str, Counter] = {}
    for record in map(json.loads, path.open(encoding="utf8")):
        for m in record["mentions"]:
            head = record["text"][m["start"] : m["end"]].split()[0]
            if m["kind"] == "NOM" and head.isalpha() and m["sector"]:
                count.setdefault(head, Counter())[m["sector"]] += 1
    for word, sectors in count.items():
        sector, n = sectors.most_common(1)[0]
        if sectors.total() >= 3:
            rows.setdefault(fold(word), (word, sector, f"training data, {n} of {sectors.total()}"))
    return rows


def main(train: Path) -> None:
    rows: dict[str, tuple[str, ...]] = {}
    mine = {fold(word) for word, *_ in listed(HERE / "event_words.txt")} | {key(word) for word, *_ in listed(HERE / "event_words.txt")}
    seen = told(train)
    by_stem: dict[str, Counter] = {}
    for word, counts in seen.items():
        by_stem.setdefault(key(word), Counter()).update(counts)
    for word, own in seen.items():
        counts = own if own.total() >= 3 else by_stem[key(word)]
        (kind, mode), n = counts.most_common(1)[0]
        clear = n >= 3 and n >= 0.6 * counts.total()
        if clear or not (fold(word) in mine or key(word) in mine):
            rows.setdefault(fold(word), (word, kind, mode, "", f"training data, {n} of {counts.total()}"))
    for word, kind, mode, form in listed(HERE / "event_words.txt"):
        known = rows.get(fold(word))
        rows[fold(word)] = (known[0], known[1], known[2] or mode * (known[1] == kind), known[3] or form, known[4]) if known else (word, kind, mode, form, "Marsad")
    share = shares(train)
    lines = ["\t".join([*r[:4], f"{share[key(r[0])]:.2f}" if key(r[0]) in share else "", r[4]]) for r in rows.values()]
    text = "\n".join(["word\ttype\tmode\tform\tshare\tsource", *sorted(lines)])
    (OUT / "events.tsv").write_text(text + "\n", encoding="utf8")
    heads = sorted("\t".join(r) for r in actors(train).values())
    (OUT / "actors.tsv").write_text("\n".join(["word\tsector\tsource", *heads]) + "\n", encoding="utf8")
    print(len(heads), "heads of actors")
    print(len(rows), "words,", sum(r[3] == "phrase" for r in rows.values()), "of them phrases")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
