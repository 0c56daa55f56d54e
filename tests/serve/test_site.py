import threading

import pytest
from kept import put

from marsad.serve.site import Kept


def test_what_took_long_is_kept_longer(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    kept, made = Kept(60.0), []

    def make(took):
        def answer():
            now[0] += took
            made.append(took)
            return took

        return answer

    kept.of(("quick", 1), make(0.01))
    kept.of(("slow", 1), make(0.2))
    now[0] += 100.0
    kept.of(("quick", 1), make(0.01))
    kept.of(("slow", 1), make(0.2))
    assert made == [0.01, 0.2, 0.01]
    now[0] += 101.0
    kept.of(("slow", 1), make(0.2))
    assert made == [0.01, 0.2, 0.01, 0.2]
    kept.of(("endless", 1), make(500.0))
    now[0] += 601.0
    kept.of(("endless", 1), make(500.0))
    assert made[-2:] == [500.0, 500.0]
    kept.clear()
    kept.of(("endless", 1), make(500.0))
    assert len(made) == 7


def test_one_kind_of_answer_does_not_drive_out_another():
    kept = Kept(60.0, most=3)
    kept.of("days", lambda: "kept")
    for n in range(10):
        kept.of(("story", n), lambda: "story")
    assert kept.of("days", lambda: "made anew") == "kept"
    assert kept.of(("story", 0), lambda: "made anew") == "made anew"


@pytest.mark.slow
def test_a_page_sees_one_state_of_the_archive(store):
    before = store.counts()["article"]
    with store.at_once():
        assert store.counts()["article"] == before
        other = threading.Thread(target=put, args=(store, "عنوان خبر جديد", "نص الخبر الجديد.", "https://at-once.example/1"))
        other.start()
        other.join()
        assert store.counts()["article"] == before
        with store.reading_from() as one, store.reading_from() as two:
            assert one is two
    assert store.counts()["article"] == before + 1
    with pytest.raises(ZeroDivisionError), store.at_once():
        raise ZeroDivisionError
    assert store.counts()["article"] == before + 1
