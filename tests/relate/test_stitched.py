from datetime import UTC, datetime

from marsad.line import stitched
from marsad.records import Story


def story(name, ids, day=1):
    at = datetime(2024, 1, day, tzinfo=UTC)
    return Story(id=name, article_ids=tuple(ids), headline=name, first_at=at, last_at=at, entities=())


def test_recent_stories_go_on_those_that_began_before():
    before = [story("long", "abcd"), story("young", "ef", 9), story("split", "ghij")]
    among = set("cdefijkl")
    found = [story("new1", "cdk", 10), story("new2", "ef", 10), story("new3", "i", 10), story("new4", "jl", 10)]
    out = {s.id: s for s in stitched(found, before, among)}
    assert out["long"].article_ids == ("a", "b", "c", "d", "k")
    assert out["long"].first_at == before[0].first_at
    assert out["new2"].article_ids == ("e", "f")  # lay wholly among the recent: grouped anew
    assert out["split"].article_ids in ((*"gh", "i"), (*"gh", *"jl"))
    assert sorted(i for s in out.values() for i in s.article_ids) == sorted("abcdefghijkl")


def test_what_is_left_of_an_earlier_story_stays_one():
    out = stitched([story("new", "x", 10)], [story("old", "ab")], {"b", "x"})
    assert {s.id: s.article_ids for s in out} == {"new": ("x",), "old": ("a",)}
