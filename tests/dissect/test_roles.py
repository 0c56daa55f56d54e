from itertools import pairwise

import numpy as np

from marsad.dissect.lines import plain_lines
from marsad.dissect.roles import NUMBER, settle, viterbi
from marsad.records import ROLES

BODY = "أعلنت البلدية أن أعمال الصيانة في الجسر القديم ستبدأ الأحد وتستمر أسبوعين على أن تحول السير إلى الطريق الساحلي في ساعات الليل. " * 3


def scores_of(*rows):
    """A score of 5 for each role named, and what else is given."""
    out = np.zeros((len(rows), len(ROLES)), np.float32)
    for i, row in enumerate(rows):
        for role, value in row.items():
            out[i, NUMBER[role]] = value
    return out


def settled(text, scores):
    return [ROLES[r] for r in settle(list(scores.argmax(1)), scores, text, plain_lines(text))]


def test_of_two_headlines_the_one_with_a_repeat_stays():
    text = f"إغلاق الجسر القديم أسبوعين للصيانة\nانطلاق مهرجان الزيتون في البلدة\nإغلاق الجسر القديم أسبوعين للصيانة\n{BODY}"
    scores = scores_of({"headline": 3}, {"headline": 4, "teaser_title": 2}, {"headline": 3}, {"body": 9})
    assert settled(text, scores) == ["headline", "teaser_title", "headline", "body"]


def test_a_page_without_body_has_no_headline():
    text = "انطلاق مهرجان الزيتون في البلدة\nإغلاق الجسر القديم أسبوعين للصيانة"
    assert settled(text, scores_of({"headline": 3, "teaser_title": 2}, {"teaser_title": 4})) == ["teaser_title", "teaser_title"]


def test_a_headline_below_the_body_is_another_storys():
    text = f"نشر في 3 مايو\n{BODY}\nانطلاق مهرجان الزيتون في البلدة"
    assert settled(text, scores_of({"date": 9}, {"body": 9}, {"headline": 3, "teaser_title": 2})) == ["date", "body", "teaser_title"]


def test_a_body_gets_its_likeliest_headline_unless_little_speaks_for_it():
    text = f"إغلاق الجسر القديم أسبوعين للصيانة\n{BODY}"
    assert settled(text, scores_of({"caption": 3, "headline": 2.5}, {"body": 9})) == ["headline", "body"]
    assert settled(text, scores_of({"caption": 3, "headline": -3}, {"body": 9})) == ["caption", "body"]


def test_viterbi_finds_the_best_sequence_of_all():
    rng = np.random.default_rng(7)
    scores = rng.normal(size=(4, 3)).astype(np.float32)
    moves = {"moves": rng.normal(size=(3, 3)).astype(np.float32), "start": rng.normal(size=3).astype(np.float32), "end": rng.normal(size=3).astype(np.float32)}

    def value(path):
        inner = sum(moves["moves"][a, b] for a, b in pairwise(path))
        return moves["start"][path[0]] + inner + moves["end"][path[-1]] + sum(scores[i, r] for i, r in enumerate(path))

    every = [(a, b, c, d) for a in range(3) for b in range(3) for c in range(3) for d in range(3)]
    assert tuple(viterbi(scores, moves)) == max(every, key=value)
