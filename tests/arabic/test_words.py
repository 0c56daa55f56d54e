import pytest

from marsad.arabic.words import parts, stem, words

SPLITS = [
    ("وبالعراق", ["و", "ب", "ال", "عراق"]),
    ("وزير", ["وزير"]),
    ("والوزير", ["و", "ال", "وزير"]),
    ("لبنان", ["لبنان"]),
    ("للبنان", ["ل", "لبنان"]),
    ("وللحكومة", ["و", "ل", "ل", "حكومة"]),
    ("كتابهم", ["كتاب", "هم"]),
    ("سيطالب", ["س", "يطالب"]),
    ("ببغداد", ["ب", "بغداد"]),
    ("فلسطين", ["فلسطين"]),
    ("وَقالَتْ", ["وَ", "قالَتْ"]),
    ("CNN", ["CNN"]),
]


@pytest.mark.parametrize(("word", "pieces"), SPLITS)
def test_clitics_keep_their_offsets(word, pieces):
    p = parts(words(word)[0])
    spans = [*p.prefixes, p.core, *([p.suffix] if p.suffix else [])]
    assert [word[a:b] for a, b in spans] == pieces


def test_tokens_cover_every_letter():
    text = "قال «أبو تقوى»: 1,200 شخص، في 4/1/2024!"
    assert "".join(w.text for w in words(text)) == "".join(text.split())


def test_stem_is_one_for_forms_of_a_noun():
    assert len({stem(w) for w in ("هجوم", "الهجوم", "وبالهجوم", "هجومهم")}) == 1
