"""In the processes of a test: a page that says POISON kills the process that dissects it, as a page that makes a library crash would."""

import os
import signal

import marsad.batch.work as work

_dissect = work.dissect


def deadly(page):
    if b"POISON" in page.body:
        os.kill(os.getpid(), signal.SIGKILL)
    return _dissect(page)


work.dissect = deadly
