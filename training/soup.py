"""The mean of the weights of several trained readers that began from the same one (Wortsman et al. 2022, arXiv:2203.05482).

python training/soup.py OUT READER.pt READER.pt ...       OUT/reader.pt has the labels and lexicon of the last
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch


def main(out: Path, paths: list[Path]) -> None:
    saved = [torch.load(path, weights_only=False) for path in paths]
    for one in saved[:-1]:
        if [one[k] for k in ("countries", "sectors", "modes")] != [saved[-1][k] for k in ("countries", "sectors", "modes")]:
            sys.exit("the readers number their labels differently and cannot be mixed")
    nets = [s["net"] for s in saved]
    mean = {k: sum(n[k] for n in nets) / len(nets) if v.is_floating_point() else v for k, v in nets[-1].items()}
    out.mkdir(parents=True, exist_ok=True)
    torch.save(saved[-1] | {"net": mean, "soup": [str(p) for p in paths]}, out / "reader.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(p) for p in sys.argv[2:]])
