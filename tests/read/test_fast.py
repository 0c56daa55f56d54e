from hypothesis import given
from hypothesis import strategies as st

from marsad.read import read_sentence
from marsad.read.fast import read_fast


def told(text):
    mentions, events = read_fast(text)
    return [(e.type, e.mode, text[e.start : e.end], {k: [text[mentions[i].start : mentions[i].end] for i in v] for k, v in e.roles.items() if v}) for e in events]


def test_verbs_and_verbal_nouns_name_events():
    kinds = {(kind, trigger) for kind, _, trigger, _ in told("طالبت الحكومة العراقية بانسحاب القوات الأميركية من العراق")}
    assert {("REQUEST", "طالبت"), ("RETREAT", "بانسحاب")} <= kinds


def test_the_actor_follows_its_verb():
    roles = next(r for kind, _, _, r in told("طالبت الحكومة العراقية بانسحاب القوات الأميركية") if kind == "REQUEST")
    assert roles["actor"] == ["الحكومة العراقية"]


def test_denial_is_seen():
    _, events = read_fast("لم تقصف الطائرات القرية")
    assert [e.status for e in events if e.type == "ASSAULT"] == ["denied"]


@given(st.text(alphabet='ابتثحخدرسعقكلمنهويةى،.:"0123456789 abc😀', max_size=80))
def test_spans_lie_in_the_text(text):
    reading = read_sentence("x", text, None, fast=True)
    for span in [*reading.mentions, *(e.trigger for e in reading.events), *(e.content for e in reading.events if e.content)]:
        assert 0 <= span.start < span.end <= len(text)
