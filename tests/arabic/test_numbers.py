import pytest

from marsad.arabic.numbers import digits_value, numbers, ordinal

CASES = [
    ("ثلاثة وعشرين ألفا", 23_000),
    ("مئتي ألف", 200_000),
    ("مليون ونصف", 1_500_000),
    ("ثلاثة ملايين ونصف المليون", 3_500_000),
    ("نصف مليون", 500_000),
    ("ألفين و500", 2_500),
    ("مائة وخمسة عشر", 115),
    ("خمسمئة وثلاثة وعشرون ألفا وسبعمئة واثنان وأربعون", 523_742),
    ("٣٫٥ مليون", 3_500_000),
    ("12 ألفا و300", 12_300),
    ("اثنتي عشرة", 12),
    ("ثلاث مئة", 300),
    ("ألف ومئتان", 1_200),
    ("أحد عشر", 11),
    ("13.300", 13_300),
    ("1,5 مليون", 1_500_000),
    ("مليون و200 ألف", 1_200_000),
    ("سبعة وتسعين", 97),
    ("ألفي", 2_000),
    ("ثمانية آلاف وخمسمئة", 8_500),
    ("مليون وثلاثمئة ألف", 1_300_000),
    ("تسعة عشر ألفا", 19_000),
    ("۱۲۰", 120),
]


@pytest.mark.parametrize(("text", "value"), CASES)
def test_whole_expression_is_one_number(text, value):
    found = numbers(text)
    assert [(n.start, n.end, n.value, n.vague) for n in found] == [(0, len(text), value, False)]


def test_span_is_the_number_inside_a_sentence_without_the_conjunction():
    text = "قُتل 43 مدنيا و12 عسكريا"
    assert [text[n.start : n.end] for n in numbers(text)] == ["43", "12"]


@pytest.mark.parametrize("text", ["قتل 10 و20 جرحوا", "بين 20 و30"])
def test_two_numbers_joined_by_and_stay_two(text):
    assert len(numbers(text)) == 2


@pytest.mark.parametrize("text", ["يوم 4/1/2024", "الساعة 10:30", "أحد المسؤولين", "يوم الاثنين", "القوات"])
def test_no_number_in_dates_clocks_days_and_words(text):
    assert numbers(text) == []


@pytest.mark.parametrize(("text", "value"), [("عشرات القتلى", 10), ("مئات الآلاف", 100_000), ("آلاف المتظاهرين", 1_000)])
def test_vague_number_is_the_least_it_can_mean(text, value):
    assert [(n.value, n.vague) for n in numbers(text)] == [(value, True)]


def test_digit_groups():
    assert [digits_value(d) for d in ("1,234,567", "12,5", "0.5")] == [1_234_567, 12.5, 0.5]


def test_ordinals():
    assert [ordinal(w) for w in ("الاول", "سابعه", "السيد")] == [1, 7, None]
