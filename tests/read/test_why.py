import json

import pytest

from marsad.read import read_sentence
from marsad.read.why import why

TEXT = "طالبت الحكومة العراقية بانسحاب القوات الأميركية من البلاد"


@pytest.mark.parametrize("fast", [True, False])
def test_an_event_is_explained_by_facts_and_words(fast):
    reading = read_sentence("x", TEXT, None, fast=fast)
    event = next(e for e in reading.events if e.type == "REQUEST")
    told = why(TEXT, reading, event, fast)
    assert any("events.tsv knows «طالبت» as REQUEST" in line for line in told)
    assert any(line.startswith("actor «الحكومة العراقية»") for line in told)
    assert any("the network gives REQUEST" in line for line in told) != fast


def test_reasons_on_the_command_line(marsad, tmp_path):
    records = tmp_path / "in.jsonl"
    records.write_text(json.dumps({"id": "a", "text": TEXT}, ensure_ascii=False), encoding="utf8")
    done = marsad("read", "--fast", "--why", "--json", "--records", records)
    row = json.loads(done.stdout)
    assert all(event["why"] for event in row["events"])
    assert row["events"]
