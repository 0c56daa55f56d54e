from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from marsad.read.pieces import UNKNOWN, Pieces

VOCABULARY = {"<s>": 0.0, "<pad>": 0.0, "</s>": 0.0, "<unk>": 0.0, "▁": -3.0, "▁ال": -2.0, "ال": -4.0, "ا": -5.0, "ل": -5.0, "ب": -5.0, "باب": -6.0, "▁الب": -5.5, "اب": -4.5}
NAMES = list(VOCABULARY)
SMALL = Pieces(NAMES, list(VOCABULARY.values()))


def best_by_trying_all(word):
    text = "▁" + word
    ways = []
    for n in range(len(text)):
        for cuts in combinations(range(1, len(text)), n):
            parts = [text[a:b] for a, b in zip((0, *cuts), (*cuts, len(text)), strict=True)]
            if all(p in VOCABULARY for p in parts):
                ways.append((sum(VOCABULARY[p] for p in parts), parts))
    return max(ways)[1]


@given(st.text("ابل", min_size=1, max_size=8))
def test_the_likeliest_cut_is_found(word):
    got = [NAMES[i] for i in SMALL.ids(word)]
    assert "".join(got) == "▁" + word
    assert sum(VOCABULARY[p] for p in got) == sum(VOCABULARY[p] for p in best_by_trying_all(word))


def test_unknown_characters_give_one_unknown_for_a_run():
    assert [NAMES[i] for i in SMALL.ids("الxyzب")] == ["▁ال", "<unk>", "ب"]
    assert SMALL.ids("x") == (NAMES.index("▁"), UNKNOWN)


def test_compatibility_forms_are_levelled():
    assert SMALL.ids("\ufefbب") == SMALL.ids("لاب")
