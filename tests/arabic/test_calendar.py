from datetime import date

import pytest

from marsad.arabic.calendar import times

SUNDAY = date(2024, 1, 7)

CASES = [
    ("الخميس الماضي", "2024-01-04"),
    ("الخميس", "2024-01-04"),
    ("الأحد", "2024-01-07"),
    ("الخميس المقبل", "2024-01-11"),
    ("أمس الأول", "2024-01-05"),
    ("أول أمس", "2024-01-05"),
    ("مساء أمس", "2024-01-06TEV"),
    ("فجر اليوم", "2024-01-07TMO"),
    ("الليلة الماضية", "2024-01-06TNI"),
    ("4 كانون الثاني/يناير 2024", "2024-01-04"),
    ("12 جويلية 2023", "2023-07-12"),
    ("3 فيفري 2023", "2023-02-03"),
    ("20 غشت 2023", "2023-08-20"),
    ("٤ يناير ٢٠٢٤", "2024-01-04"),
    ("فبراير 18, 2023", "2023-02-18"),
    ("السابع من أكتوبر", "2023-10-07"),
    ("السابع من أكتوبر الماضي", "2023-10-07"),
    ("22 جمادى الآخرة 1445هـ", "2024-01-04"),
    ("12 - 03 - 2019", "2019-03-12"),
    ("2024/01/04", "2024-01-04"),
    ("من 20 إلى 25 يوليو 2023", "2023-07-20/2023-07-25"),
    ("الأسبوع الماضي", "2023-W52"),
    ("الشهر المقبل", "2024-02"),
    ("العام الماضي", "2023"),
    ("صيف 2019", "2019-SU"),
    ("بين عامي 2011 و2015", "2011/2015"),
    ("قبل يومين", "2024-01-05"),
    ("منذ ثلاثة أيام", "2024-01-04"),
    ("الأيام الثلاثة الماضية", "P3D"),
    ("أول من أمس", "2024-01-05"),
    ("خلال ساعات الليل", "2024-01-06TNI"),
    ("الساعة 16:30", "2024-01-07T16:30"),
    ("الساعة التاسعة والنصف مساء", "2024-01-07T21:30"),
    ("الربع الثاني من العام الماضي", "2023-Q2"),
    ("اليومين الماضيين", "2024-01-05/2024-01-06"),
    ("أمس الجمعة", "2024-01-05"),
    ("غد الاثنين", "2024-01-08"),
]


@pytest.mark.parametrize(("text", "value"), CASES)
def test_value_against_the_publication_day(text, value):
    assert [t.value for t in times(text, SUNDAY)] == [value]


@pytest.mark.parametrize("text", ["أمس", "الخميس الماضي", "الأسبوع الماضي"])
def test_relative_expression_without_anchor_is_left_out(text):
    assert times(text, None) == []


@pytest.mark.parametrize("text", ["31/02/2024", "45 يناير", "أحد المسؤولين", "الجمعية العامة", "مارس ضغوطا", "صحيفة اليوم"])
def test_what_is_no_date(text):
    assert times(text, SUNDAY) == []


def test_span_leaves_out_the_glued_preposition():
    text = "وأعلن بالخميس 4 يناير 2024 قراره"
    assert [text[t.start : t.end] for t in times(text, SUNDAY)] == ["الخميس 4 يناير 2024"]


def test_dates_of_gold_sentences(shared):
    """F1 by the scorer's own rule (overlap and value) on the sentences for choosing; measured .863 when last changed."""
    import json

    hit = gold = found = 0
    for line in (shared / "gold/events/dev.jsonl").read_text(encoding="utf8").splitlines():
        row = json.loads(line)
        out = times(row["text"], date.fromisoformat(row["published"]) if row["published"] else None)
        gold, found = gold + len(row["dates"]), found + len(out)
        for d in row["dates"]:
            match = next((t for t in out if t.start < d["end"] and d["start"] < t.end and t.value == d["value"]), None)
            if match:
                out.remove(match)
                hit += 1
    assert 2 * hit / (gold + found) >= 0.86
