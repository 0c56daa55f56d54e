"""Engines that carry units to workers: a plain loop, Daft on this machine, Daft on Ray. The only place that knows one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from marsad.batch.work import Worker

ENGINES = ("native", "ray", "loop")


class EngineError(Exception):
    """A worker died, or the engine is not installed; the message says what."""


def carried(units: Sequence[str], run: str, fast: bool, engine: str, processes: int) -> Iterator[str]:
    """Yield the summary of every unit, as they come; EngineError when a worker dies: what was not done then is carried again by the caller."""
    if engine == "loop":
        worker = Worker(run, fast)
        yield from map(worker, units)
        return
    os.environ.setdefault("DAFT_PROGRESS_BAR", "0")
    os.environ.setdefault("DAFT_ANALYTICS_ENABLED", "0")
    try:
        import daft
    except ModuleNotFoundError as error:
        raise EngineError("it needs `pip install marsad[batch]`") from error
    if engine == "ray":
        try:
            import ray
        except ModuleNotFoundError as error:
            raise EngineError("it needs `pip install marsad[ray]`") from error
        if not ray.is_initialized():
            ray.init(log_to_driver=False, include_dashboard=False, configure_logging=False)
        daft.set_runner_ray()
    carrier = daft.cls(Worker, use_process=True, max_concurrency=processes, max_retries=0)(run, fast)
    frame = daft.from_pydict({"unit": list(units)}).into_batches(1)
    try:
        for row in frame.select(carrier(frame["unit"]).alias("told")).iter_rows(results_buffer_size=1):
            yield str(row["told"])
    except (RuntimeError, daft.exceptions.DaftCoreException) as error:
        raise EngineError(str(error).splitlines()[0] if str(error) else type(error).__name__) from error


def downloaded(address: str) -> bytes:
    """Return the bytes of a file of an object store (s3://, gs://, az://, https://, file://); RuntimeError or OSError when it cannot be had."""
    import daft

    with daft.open_file(address, "rb") as source:
        return bytes(source.read())
