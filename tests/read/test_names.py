from marsad.read.names import resolve
from marsad.records import Mention


def resolved(text, *names):
    mentions, at = [], 0
    for name, kind in names:
        at = text.index(name, at)
        mentions.append(Mention(start=at, end=at + len(name), kind=kind, country="", sector="", score=1.0))
        at += len(name)
    return [m.entity_id for m in resolve(text, mentions)]


def test_a_short_name_takes_the_id_of_the_full_one_before_it():
    text = "التقى محمد شياع السوداني الوفد، وقال السوداني إن الحوار مستمر"
    full, short = resolved(text, ("محمد شياع السوداني", "PER"), ("السوداني", "PER"))
    assert full == short == "per:محمد شياع السوداني"


def test_a_short_name_that_could_be_two_keeps_its_own():
    text = "وصل محمد الحلبي ثم سمير الحلبي، وقال الحلبي"
    assert resolved(text, ("محمد الحلبي", "PER"), ("سمير الحلبي", "PER"), ("الحلبي", "PER"))[2] == "per:الحلبي"


def test_countries_have_their_code_in_every_spelling():
    text = "بين أميركا وأمريكا والعراق"
    assert resolved(text, ("أميركا", "LOC"), ("أمريكا", "LOC"), ("العراق", "LOC")) == ["place:USA", "place:USA", "place:IRQ"]


def test_unnamed_actors_have_no_id():
    assert resolved("قال مسؤول عسكري", ("مسؤول عسكري", "NOM")) == [None]
