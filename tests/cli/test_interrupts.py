import subprocess
import sys

CODE = """
import signal, sys, time, weakref
from marsad import cli
class Thing: pass
thing = Thing()
kept = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))  # Ctrl-C inside a callback of the collector
def app():
    global thing
    del thing
    time.sleep(30)
cli.app = app
cli.run()
"""


def test_an_interrupt_inside_a_callback_is_not_lost():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, timeout=25, check=False)
    assert (done.returncode, done.stderr) == (130, b"")
