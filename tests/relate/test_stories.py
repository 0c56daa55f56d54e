import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from made import BAGHDAD, MALI, NEXT, START, YEMEN, article, told

from marsad.records import Link, Story
from marsad.relate import relate
from marsad.relate.stories import Stories
from marsad.relate.vectors import Rarity, Trait, traits

YEMEN_TOLL = "ارتفعت حصيلة الغارات الأميركية البريطانية على صنعاء والحديدة ومحافظات يمنية أخرى إلى ستة قتلى، بحسب الحوثيين الذين توعدوا بالرد على الضربات."


def day():
    return [
        article("b1", "غارة أميركية تقتل القيادي في النجباء أبو تقوى شرقي بغداد", BAGHDAD, 0),
        article("b2", "مقتل أبو تقوى القيادي في حركة النجباء بغارة أميركية في بغداد", NEXT, 1),
        article("b3", "قصف يستهدف مقر الحشد الشعبي", BAGHDAD, 2),
        article("y1", "ضربات أميركية بريطانية على مواقع الحوثيين في اليمن", YEMEN, 3),
        article("y2", "الحوثيون: ارتفاع حصيلة الغارات الأميركية البريطانية على اليمن", YEMEN_TOLL, 5),
        article("m1", "مالي: انتهاء احتجاز الرهائن في فندق سيفاري", MALI, 4),
    ]


def together(found):
    return {frozenset(s.article_ids) for s in found if isinstance(s, Story)}


def test_events_become_stories_and_copies_follow_their_original():
    found = list(relate(told(*day())))
    assert together(found) == {frozenset({"b1", "b2", "b3"}), frozenset({"y1", "y2"}), frozenset({"m1"})}
    assert [(f.left_id, f.right_id) for f in found if isinstance(f, Link)] == [("b1", "b3")]
    story = next(f for f in found if isinstance(f, Story) and "b1" in f.article_ids)
    assert story.article_ids == ("b1", "b2", "b3")
    assert story.first_at == datetime(2024, 1, 4, 12, tzinfo=UTC)
    assert any("النجباء" in name for name in story.entities)


def test_meanings_are_the_same_in_every_process():
    """Python's order of a set is another in every process, and a vector's last digit hangs on what is worked out beside it."""
    code = (
        "import hashlib; from made import START, article; from marsad.relate.vectors import Meanings\n"
        "given = [article(f'a{n}', f'الخبر رقم {7919 * n} عن العراق', f'قال المتحدث رقم {104729 * n} إن القوات انسحبت من الموقع', n) for n in range(10, 80)]\n"
        "known = Meanings().of(given)()\n"
        "print(hashlib.md5(b''.join(known[a.id].tobytes() for a in given)).hexdigest())"
    )
    told = {
        subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, cwd=Path(__file__).parent, capture_output=True, check=True).stdout
        for seed in "1234"
    }
    assert len(told) == 1


def test_order_of_arrival_within_a_day_changes_nothing():
    pairs = told(*day())
    first = together(relate(pairs))
    for seed in range(4):
        random.Random(seed).shuffle(pairs)
        assert together(relate(pairs)) == first


def test_same_input_gives_the_same_records():
    pairs = told(*day())
    assert list(relate(pairs)) == list(relate(pairs))


def test_a_story_ends_and_memory_is_given_back():
    rarity, book = Rarity(), Stories()
    book.add(traits(told(*day()[:2]), rarity))
    assert book.settle() == []
    later = [article(f"m{n}", "مالي: انتهاء احتجاز الرهائن في فندق سيفاري", MALI, 24 * 9 + n) for n in range(5)]
    book.add(traits(told(*later), rarity))
    ended = book.settle()
    assert [set(s.article_ids) for s in ended] == [{"b1", "b2"}]
    assert len(book.live) == len(book.days) == len(book.rows) == 5
    assert "b1" not in book


def test_a_long_story_keeps_its_id_and_its_first_articles():
    rarity, book = Rarity(), Stories()
    ids = set()
    for n in range(8):
        book.add(traits(told(article(f"b{n}", "غارة أميركية تقتل القيادي في النجباء أبو تقوى شرقي بغداد", NEXT + f" وهذا اليوم {n} منذ الغارة.", 24 * n)), rarity))
        assert book.settle() == []
        ids.add(book.story[f"b{n}"])
    (story,) = book.settle(last=True)
    assert ids == {story.id}
    assert story.article_ids == tuple(f"b{n}" for n in range(8))


def trait(name, hours, *vector):
    return Trait(name, START + timedelta(hours=hours), np.array(vector, np.float32), name, ())


def test_two_stories_merge_under_the_older_id_and_split_again():
    book = Stories()
    book.add([trait("z", 0, 1.0, 0.0), trait("a", 1, 0.4, 0.917)])
    book.settle()
    older, newer = book.story["z"], book.story["a"]
    assert older != newer
    book.add([trait("b", 2, 0.85, 0.527)])
    book.settle()
    assert {book.story[i] for i in "zab"} == {older}
    book.add([trait(f"c{n}", 3, 0.0, 1.0) for n in range(4)] + [trait(f"d{n}", 3, 0.98, -0.2) for n in range(4)])
    book.settle()
    assert book.story["a"] == book.story["c0"]
    assert book.story["z"] == book.story["d0"]
    assert book.story["a"] != book.story["z"]


def test_undated_and_future_articles_do_not_end_the_present():
    rarity, book = Rarity(), Stories()
    book.add(traits(told(*day()), rarity))
    book.settle()
    book.add(traits(told(article("u", "أبو تقوى", NEXT, None), article("f", "اليمن", YEMEN_TOLL, 24 * 9000)), rarity))
    assert book.settle() == []
    assert book.story["u"] == book.story["b1"]
    assert book.story["f"] == book.story["y1"]


def test_odd_articles_are_stories_of_their_own():
    odd = [article("e", "", ""), article("w", "كلمة", "كلمة"), article("l", "Only Latin", "Nothing Arabic is said here at all."), article("n", "", MALI, None)]
    assert together(relate(told(*odd))) == {frozenset({"e"}), frozenset({"w"}), frozenset({"l"}), frozenset({"n"})}


def test_nothing_at_all():
    assert list(relate([])) == []
