"""Plots drawn in a process beside this one. The plotter lets no other Python run while it draws, 50 to 100 ms a plot: in the server's own process every page asked for meanwhile would wait."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import OrderedDict

MOST = 500  # plots that are kept, by what they show


class DrawingError(Exception):
    """A plot that cannot be drawn; the message is the plotter's."""


class Drawer:
    """Draws Vega-Lite specifications as SVG, one at a time, in a process that it starts when the first is asked for, starts again when it was killed, and that ends with this one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.child: subprocess.Popen[bytes] | None = None
        self.kept: OrderedDict[bytes, bytes] = OrderedDict()

    def svg(self, spec: bytes) -> bytes:
        """Return a plot as SVG. spec: JSON on one line. DrawingError when it cannot be drawn."""
        with self.lock:
            if spec not in self.kept:
                self.kept[spec] = self._drawn(spec)
                if len(self.kept) > MOST:
                    self.kept.popitem(last=False)
            self.kept.move_to_end(spec)
            return self.kept[spec]

    def _drawn(self, spec: bytes) -> bytes:
        for _ in range(2):
            if self.child is None or self.child.poll() is not None:
                # a session of its own: Ctrl-C is for the server, which ends this one by closing its input
                self.child = subprocess.Popen([sys.executable, "-m", "marsad.drawing"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
            assert self.child.stdin
            assert self.child.stdout
            try:
                self.child.stdin.write(spec + b"\n")
                self.child.stdin.flush()
                done, _, size = self.child.stdout.readline().partition(b" ")
                answer = self.child.stdout.read(int(size))
                if len(answer) == int(size):
                    break
            except (OSError, ValueError):  # it was killed: once more, with a new one
                pass
            self.close()
        else:
            raise DrawingError("the plotter ends without an answer")
        if done != b"svg":
            raise DrawingError(answer.decode("utf8", "replace"))
        return answer

    def close(self) -> None:
        """End the process."""
        if self.child:
            for pipe in (self.child.stdin, self.child.stdout):
                if pipe:
                    pipe.close()
            self.child.kill()
            self.child.wait()
            self.child = None


def main() -> None:
    """Draw what comes line by line, until there is no more."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the plotter prints is no answer
    import vl_convert

    for line in sys.stdin.buffer:
        try:
            kind, answer = b"svg", str(vl_convert.vegalite_to_svg(line.decode())).encode()
        except (ValueError, UnicodeDecodeError) as error:
            kind, answer = b"error", str(error).encode()
        out.write(b"%s %d\n%s" % (kind, len(answer), answer))
        out.flush()


if __name__ == "__main__":
    main()
