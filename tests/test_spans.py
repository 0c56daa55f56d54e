from marsad.arabic.letters import arabic_share, fold
from marsad.records import Span
from marsad.spans import Folded, line_spans


def test_spellings_of_one_word_fold_to_one_form():
    assert {fold(w) for w in ("أميركا", "اميركا", "أَمِيرْكا", "أميـركا", "أمير\u200cكا", "\ufe83ﻣﻴﺮﻛﺎ")} == {"اميركا"}
    assert {fold(w) for w in ("إدارة", "إداره", "ادارة")} == {"اداره"}
    assert fold("مصطفى") == fold("مصطفي") == fold("مصطفی")
    assert fold("٢٠٢٤ ۲۰۲۴") == "2024 2024"
    assert fold("«أ» “ب”") == '"ا" "ب"'


def test_span_gives_the_original_with_its_marks():
    f = Folded("في الإدارَةِ العامّـة")
    at = f.folded.index("العامه")
    span = f.span(at, at + 6)
    assert f.text[span.start : span.end] == "العامّـة"


def test_ligature_is_taken_whole():
    f = Folded("ﻻ نعم")
    assert f.span(0, 1) == f.span(1, 2) == Span(0, 1)


def test_index_is_the_way_forth():
    f = Folded("ـــأمس")
    assert f.index(3) == 0


def test_lines_cover_the_text():
    text = "أ\n\nب\n"
    assert "\n".join(text[s.start : s.end] for s in line_spans(text)) == text


def test_share_of_arabic():
    assert arabic_share("123 !") == 0
    assert arabic_share("قال") == 1
