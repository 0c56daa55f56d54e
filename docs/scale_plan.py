"""How long a hundred million pages take on N machines: a simulation fed with measured stage times. python docs/scale_plan.py [--pages 100000000] [--cores 16]"""

from __future__ import annotations

import argparse
import heapq
import random

PAGE = 0.0183  # seconds of one core a page: collect, dissect, read, rows, meaning, write (bench/batch.py)
STORY = 0.0119  # seconds of one core a page for copies and stories: 5.93 ms by the clock, both cores counted as busy
UNIT, SPREAD = 30_000, 0.35  # pages of an input file, and how its logarithm varies
DIES, START = 0.015, 6.0  # share of units whose worker dies once; seconds until a worker is ready
BUSY = 0.92  # share of a core that the work gets


def simulated(pages: int, machines: int, cores: int, seed: int = 1) -> tuple[float, float]:
    """Hours of the first half, and of stories (a window a core): units go to the next free worker, a death costs what its unit did so far."""
    rng = random.Random(seed)
    free = [START] * (machines * cores)
    heapq.heapify(free)
    left = pages
    while left > 0:
        unit = min(left, max(500, int(UNIT * rng.lognormvariate(0, SPREAD))))
        left -= unit
        took = unit * PAGE / BUSY
        took += START + took * rng.random() if rng.random() < DIES else 0.0
        heapq.heappush(free, heapq.heappop(free) + took)
    windows = 365 * 10 / 7
    return max(free) / 3600, pages * STORY / (min(windows, machines * cores) * BUSY) / 3600


def main() -> None:
    """Print the table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--pages", type=int, default=100_000_000)
    ask.add_argument("--cores", type=int, default=16)
    args = ask.parse_args()
    print(f"{args.pages:,} pages, machines of {args.cores} cores")
    for machines in (1, 5, 20, 50):
        first, second = simulated(args.pages, machines, args.cores)
        print(f"{machines:4} machines  first half {first:7.1f} h  stories {second:6.1f} h  machine hours {machines * (first + second):8.0f}")


if __name__ == "__main__":
    main()
