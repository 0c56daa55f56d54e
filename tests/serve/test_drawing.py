import os
import signal
import threading

import msgspec
import pytest

from marsad.drawing import Drawer, DrawingError
from marsad.serve import plots

pytestmark = pytest.mark.slow
WEEKS = [("2024-01-01", 3, -4.0), ("2024-01-08", 0, 0.0), ("2024-01-15", 2, 5.0)]


@pytest.fixture
def drawer():
    one = Drawer()
    yield one
    one.close()


def spec(count):
    return msgspec.json.encode(plots.weeks(WEEKS, count, "متوسط", "أسبوع"))


def test_the_process_beside_draws_what_this_one_draws(drawer):
    assert drawer.svg(spec("أحداث")) == plots.svg(plots.weeks(WEEKS, "أحداث", "متوسط", "أسبوع"))
    first = drawer.child.pid
    assert "هجمات" in drawer.svg(spec("هجمات")).decode()
    assert drawer.child.pid == first


def test_a_killed_process_is_started_again(drawer):
    drawer.svg(spec("أحداث"))
    first = drawer.child.pid
    os.kill(first, signal.SIGKILL)
    assert drawer.svg(spec("هجمات")).startswith(b"<svg")
    assert drawer.child.pid != first


def test_what_cannot_be_drawn_is_said_and_harms_nothing_after(drawer):
    with pytest.raises(DrawingError):
        drawer.svg(b'{"mark": 5}')
    assert drawer.svg(spec("أحداث")).startswith(b"<svg")


def test_many_at_once_get_their_own(drawer):
    found = {}

    def ask(word):
        found[word] = drawer.svg(spec(word)).decode()

    threads = [threading.Thread(target=ask, args=(w,)) for w in ("واحد", "اثنان", "ثلاثة", "أربعة")]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert all(word in svg for word, svg in found.items())
    assert len(found) == 4
