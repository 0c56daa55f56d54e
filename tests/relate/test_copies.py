import pytest
from made import BAGHDAD, MALI, YEMEN, article, told

from marsad.relate.copies import VIEW, Copies, agency_of


def links(*articles):
    copies = Copies()
    return [copies.add(a, r) for a, r in told(*articles)]


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("another headline", BAGHDAD),
        ("cut at the end", "\n".join(BAGHDAD.split("\n")[:2])),
        ("another first paragraph", "\n".join(["في تطور جديد على الساحة العراقية تناقلت وسائل الإعلام نبأ غارة جديدة.", *BAGHDAD.split("\n")])),
        ("other spellings", BAGHDAD.replace("أ", "ا").replace("ى ", "ي ").replace("الأميركية", "الأمريكية")),
        ("a credit", "بغداد (وكالات)\n" + BAGHDAD),
    ],
)
def test_same_text_in_another_dress(name, changed):
    first, second = links(article("a", "مقتل قيادي في غارة على بغداد", BAGHDAD), article("b", "غارة تستهدف مقر الحشد", changed, 2))
    assert first is None
    assert (second.left_id, second.right_id, second.kind) == ("a", "b", "copy")


def test_other_events_and_another_telling_are_no_copies():
    retold = "أودت ضربة جوية نفذتها القوات الأميركية في العاصمة العراقية بحياة أحد قادة الفصائل المسلحة، فيما طالبت بغداد بإنهاء مهمة التحالف."
    assert links(article("a", "أ", BAGHDAD), article("b", "ب", YEMEN), article("c", "ج", MALI), article("d", "د", retold)) == [None] * 4


def test_passages_are_the_same_words_on_both_sides():
    one, two = article("a", "العنوان الأول", BAGHDAD), article("b", "العنوان الثاني", "مقدمة أخرى كتبها المحرر هنا.\n" + BAGHDAD)
    link = links(one, two)[1]
    assert link.because
    for reason in link.because:
        left, right = reason.left[0], reason.right[0]
        assert one.text[left.start : left.end] == two.text[right.start : right.end]


def test_who_was_first_is_told_by_the_moment_of_publication():
    link = links(article("late", "أ", BAGHDAD, 5), article("early", "ب", BAGHDAD, 1))[1]
    assert (link.left_id, link.right_id) == ("early", "late")


def test_one_congratulation_for_two_states_is_no_copy():
    wish = "بعث خادم الحرمين الشريفين برقية تهنئة إلى فخامة الرئيس بمناسبة ذكرى اليوم الوطني لبلاده، وأعرب باسمه وباسم الشعب والحكومة عن أصدق التهاني وأطيب التمنيات بالصحة والسعادة له وللشعب الصديق."
    assert links(article("a", "القيادة تهنئ رئيس تشاد بذكرى اليوم الوطني", wish + " وكانت تشاد قد نالت استقلالها عام 1960 وتحتفل به في هذا اليوم من كل عام بعروض كثيرة في العاصمة نجامينا."),
                 article("b", "القيادة تهنئ رئيس سنغافورة بذكرى اليوم الوطني", wish + " وتحتفل سنغافورة بيومها بعرض كبير في الخليج ويحضره ضيوف من دول الجوار وتختتمه ألعاب نارية فوق الماء."))[1] is None  # fmt: skip


def test_an_address_that_changes_its_text_is_a_revision():
    one = article("a", "أ", BAGHDAD, url="https://sidra.example/1")
    link = links(one, article("b", "أ", BAGHDAD + "\nوأعلنت الحركة تشييع القتيلين صباح الجمعة.", 3, url="https://sidra.example/1"))[1]
    assert (link.kind, link.left_id) == ("revision", "a")


@pytest.mark.parametrize(
    ("text", "agency"),
    [("بغداد (رويترز)\nقال وزير.", "رويترز"), ("باريس – أ ف ب\nقال وزير.", "فرانس برس"), ("قال وزير كلاما طويلا.\n(وكالات)", "وكالات"), ("قال وزير إن رويترز أخطأت.", "")],
)
def test_agency(text, agency):
    assert agency_of(article("a", "عنوان", text)) == agency


def test_ten_thousand_identical_articles_are_compared_with_the_first_alone():
    copies = Copies()
    pairs = told(article("0", "أ", BAGHDAD))
    base, reading = pairs[0]
    assert copies.add(base, reading) is None
    for n in range(1, 10_000):
        link = copies.add(article(str(n), "أ", BAGHDAD, n / 1e4), reading)
        assert link
        assert link.left_id == "0"
    assert len(copies.originals) == 1


def test_an_original_is_forgotten_after_its_days():
    copies = Copies()
    first, late, later = told(article("a", "أ", BAGHDAD), article("b", "ب", YEMEN, 24 * (VIEW + 1)), article("c", "ج", BAGHDAD, 24 * (VIEW + 1)))
    assert [copies.add(*pair) for pair in (first, late, later)] == [None] * 3


@pytest.mark.parametrize("text", ["", "كلمة", "😀 😀 😀", "one two three", "كلمة " * 50])
def test_odd_texts(text):
    copies = Copies()
    for pair in told(article("a", "", text), article("b", "عنوان", text)):
        copies.add(*pair)
