from marsad.dissect.lines import plain_lines
from marsad.dissect.run_on import is_run_on, pieces

PARAGRAPH = "قالت الوزارة إن الفرق الفنية أنهت إصلاح الخط الرئيسي للمياه في حي الجامعة قبل الموعد المحدد بيومين كاملين. "
PAGE = "موقع الضفة الرئيسية أخبار رياضة فيديو تسجيل الدخول عودة المياه إلى حي الجامعة بعد انقطاع أسبوع 2024-01-20 10:15 مشاركة طباعة " + PARAGRAPH * 6 + "جميع الحقوق محفوظة"


def cut(text):
    return [text[a:b] for a, b in pieces(text, 0, len(text))]


def test_menu_headline_date_and_sentences_part():
    out = cut(PAGE)
    assert out[1] == "الرئيسية أخبار رياضة فيديو تسجيل الدخول"
    assert out[2] == "عودة المياه إلى حي الجامعة بعد انقطاع أسبوع"
    assert out[3] == "2024-01-20 10:15"
    assert out[4] == "مشاركة طباعة"
    assert out[5:11] == [PARAGRAPH.strip()] * 6


def test_pieces_cover_all_words_in_order():
    assert " ".join(cut(PAGE)) == " ".join(PAGE.split())
    assert cut("أ\t ب  • ج") == ["أ", "ب", "• ج"]


def test_two_words_of_a_menu_inside_a_sentence_do_not_cut_it():
    assert cut("أكد عدد من المشاركين أن الخطة جيدة.") == ["أكد عدد من المشاركين أن الخطة جيدة."]


def test_only_a_page_that_is_one_line_is_cut():
    assert is_run_on([1_000, 20])
    assert not is_run_on([1_000, 900])
    assert not is_run_on([100])
    assert not is_run_on([])
    assert len(plain_lines(PAGE)) > 8
    assert len(plain_lines(PAGE + "\n" + PARAGRAPH * 4)) == 2


def test_pieces_keep_the_line_number_and_the_limit():
    lines = plain_lines("\n\n" + PAGE, 3)
    assert len(lines) == 3
    assert {line.path for line in lines} == {"3"}
