"""Many addresses at a time: hosts are asked together, each by one thread and at its own pace."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from marsad.collect.fetch import Fetched, Trouble
from marsad.collect.polite import Manners

WORKERS = 8  # hosts asked at the same time


class Ask(NamedTuple):
    """An address, and what is known of its state so that an unchanged page comes as 304."""

    url: str
    etag: str = ""
    modified: str = ""


Answer = tuple[str, Fetched | Trouble]


def fetched(asks: Sequence[Ask], manners: Manners) -> Iterator[Answer]:
    """Yield every address with its answer, as they come. When the reader stops early, threads end after the request they are at."""
    hosts: dict[str, list[Ask]] = {}
    for ask in asks:
        hosts.setdefault(urlsplit(ask.url).netloc, []).append(ask)
    jobs: queue.SimpleQueue[list[Ask]] = queue.SimpleQueue()
    for some in hosts.values():
        jobs.put(some)
    done: queue.Queue[Answer | None] = queue.Queue(maxsize=4 * WORKERS)
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.is_set():
                try:
                    some = jobs.get_nowait()
                except queue.Empty:
                    return
                for ask in some:
                    if stop.is_set():
                        return
                    try:
                        answer: Fetched | Trouble = manners.get(*ask)
                    except Trouble as trouble:
                        answer = trouble
                    _put(done, (ask.url, answer), stop)
        finally:
            _put(done, None, stop)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(WORKERS, len(hosts)))]
    for thread in threads:
        thread.start()
    left = len(threads)
    try:
        while left:
            one = done.get()
            if one is None:
                left -= 1
            else:
                yield one
    finally:
        stop.set()


def _put(done: queue.Queue[Answer | None], one: Answer | None, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            done.put(one, timeout=0.5)
            return
        except queue.Full:
            continue
