"""The command line: exit 0 done, 1 done with problems, 2 wrong usage. The commands themselves stand in `marsad.commands`."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy comes: its threads spin on the reader's small matrices and take the second core for nothing

import signal
import sys
import threading

from sqlalchemy.exc import DBAPIError

from marsad.archive import ArchiveError
from marsad.commands import app, batch, demo, keep, outlook, pages, related, serve, upkeep

__all__ = ["app", "batch", "demo", "keep", "outlook", "pages", "related", "run", "serve", "upkeep"]


def run() -> None:
    """Entry point: a closed pipe or Ctrl-C ends quietly, an archive that cannot be opened is said plainly."""
    _keep_interrupts()
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ArchiveError as error:
        print(f"marsad: the archive cannot be used: {error}", file=sys.stderr)
        sys.exit(1)
    except DBAPIError as error:
        print(f"marsad: the archive cannot be used: {str(error.orig).strip().splitlines()[0]}; check its path or address, or name another with --archive", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _keep_interrupts() -> None:
    """Ctrl-C that comes while Python calls back from the garbage collector is printed and forgotten by it: it is sent again."""
    usual = sys.unraisablehook

    def hook(unraisable: sys.UnraisableHookArgs) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
        else:
            usual(unraisable)

    sys.unraisablehook = hook


if __name__ == "__main__":
    run()
