import pytest

from marsad.read.figures import figures


def told(text):
    return [(text[f.start : f.end], f.value, f.unit, f.what, f.bound) for f in figures(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("أسفرت الغارة عن مقتل 16 شخصا وإصابة 25 آخرين", [("16 شخصا", 16, "شخصا", "killed", "="), ("25 آخرين", 25, "آخرين", "injured", "=")]),
        ("تعرضت القواعد لأكثر من 110 هجمات", [("لأكثر من 110 هجمات", 110, "هجمات", "attacks", ">")]),
        ("قتل ما لا يقل عن ثلاثة جنود", [("ما لا يقل عن ثلاثة جنود", 3, "جنود", "killed", ">=")]),
        ("اعتقلت الشرطة نحو 40 متظاهرا", [("نحو 40 متظاهرا", 40, "متظاهرا", "arrested", "~")]),
        ("قيمة الصفقة 21.1 مليار دولار", [("21.1 مليار دولار", 21.1e9, "دولار", "money", "=")]),
        ("نزح عشرات المدنيين", [("عشرات المدنيين", 10, "المدنيين", "other", ">=")]),
        ("ارتفعت الأسعار 12.3%", [("12.3%", 12.3, "%", "other", "=")]),
        ("مقتل جنديين في كمين", [("جنديين", 2, "جنديين", "killed", "=")]),
    ],
)
def test_value_noun_what_and_bound(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize("text", ["عقد اللقاء يوم 12 يناير 2024", "بدأت الجلسة الساعة 10:30", "في الدورة الثالثة من عام 2023", "المادة 50 من الدستور", ""])
def test_dates_clocks_ordinals_and_articles_of_law_are_no_figures(text):
    assert told(text) == []
