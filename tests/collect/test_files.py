import base64
import gzip
import hashlib
import io
import json
import zipfile

import pytest
import zstandard
from hostile import STORY

from marsad.collect import collect
from marsad.dissect import dissect
from marsad.records import Page

PAGE = STORY.format(title="غارة على بغداد").encode()


def found(*paths):
    out = list(collect([str(p) for p in paths]))
    return [p for p in out if isinstance(p, Page)], [p.code for p in out if not isinstance(p, Page)]


def warc(path, *bodies, kind="text/html"):
    with path.open("wb") as sink:
        for n, body in enumerate(bodies):
            http = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind.encode() + b"; charset=utf-8\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
            digest = base64.b32encode(hashlib.sha1(http).digest()).decode()
            head = {
                "WARC-Type": "response", "WARC-Target-URI": f"https://sidra.example/{n}", "WARC-Date": "2024-01-04T10:00:00Z", "WARC-Record-ID": f"<urn:uuid:00000000-0000-0000-0000-00000000000{n}>",
                "Content-Type": "application/http; msgtype=response", "WARC-Block-Digest": f"sha1:{digest}", "Content-Length": str(len(http)),
            }  # fmt: skip
            sink.write(b"WARC/1.0\r\n" + "".join(f"{k}: {v}\r\n" for k, v in head.items()).encode() + b"\r\n" + http + b"\r\n\r\n")
    return path


def test_pages_come_whole_out_of_every_wrapping(tmp_path):
    (tmp_path / "a.html").write_bytes(PAGE)
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(PAGE))
    (tmp_path / "c.html.zst").write_bytes(zstandard.compress(PAGE))
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as packed:
        packed.writestr("../../evil.html", PAGE)
        packed.writestr("note.pdf", b"%PDF")
    warc(tmp_path / "e.warc", PAGE, PAGE)
    pages, problems = found(tmp_path)
    assert problems == []
    assert [p.body for p in pages] == [PAGE] * 6
    assert {dissect(p)[0].headline for p in pages} == {"غارة على بغداد"}
    assert not (tmp_path.parent / "evil.html").exists()


def test_articles_as_json(tmp_path):
    rows = [
        {"title": "عنوان", "content": "نص الخبر الأول.", "source": "3alyoum", "url": "http://x.example/1", "date_extracted": "2015-08-09 17:26:01"},
        {"title": "ثان", "text": "نص.", "published": "22/3/2025"},
    ]
    (tmp_path / "a.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf8")
    (tmp_path / "b.jsonl").write_text("\n".join(json.dumps(r) for r in rows) + "\nnonsense\n{}\n", encoding="utf8")
    with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("2015-08-09.json", json.dumps(rows))
    pages, problems = found(tmp_path / "a.json", tmp_path / "b.jsonl", tmp_path / "c.zip")
    assert problems == ["bad-record"]
    told = [dissect(p) for p in pages]
    assert [a.headline for a, _ in told if a] == ["عنوان", "ثان"] * 3
    assert [p.code for _, ps in told for p in ps] == ["no-text"]
    first = told[0][0]
    assert (first.outlet, first.url, f"{first.published_at:%Y-%m-%d}") == ("3alyoum", "http://x.example/1", "2015-08-09")
    assert f"{told[1][0].published_at:%Y-%m-%d}" == "2025-03-22"


def test_a_saved_page(tmp_path):
    mhtml = (
        b'From: <Saved by Blink>\r\nSnapshot-Content-Location: https://sidra.example/1\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
        + PAGE
        + b"\r\n--x--\r\n"
    )
    (tmp_path / "a.mhtml").write_bytes(mhtml)
    pages, problems = found(tmp_path / "a.mhtml")
    assert problems == []
    assert pages[0].url == "https://sidra.example/1"
    assert dissect(pages[0])[0].headline == "غارة على بغداد"


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("a.html.gz", gzip.compress(PAGE)[:-20], "cut-off"), ("a.html.gz", b"no gzip", "cut-off"), ("a.html.gz", gzip.compress(b"\0" * 50_000_000), "bomb"), ("a.html.zst", b"no zstd", "cut-off"),
        ("a.zip", b"PK no zip", "cut-off"), ("a.json", b"[{]", "bad-record"), ("a.mhtml", b"no mail", "no-pages"), ("a.warc", b"no warc at all", "no-pages"), ("a.warc.gz", b"\x1f\x8b broken", "cut-off"),
    ],
)  # fmt: skip
def test_broken_files_are_problems(tmp_path, name, body, code):
    (tmp_path / name).write_bytes(body)
    _, problems = found(tmp_path / name)
    assert problems in ([code], ["no-pages"]) or (name.startswith("a.warc") and problems == ["cut-off"])


def test_a_warc_that_breaks_off_gives_what_came_before(tmp_path):
    whole = warc(tmp_path / "a.warc", PAGE, PAGE, PAGE).read_bytes()
    (tmp_path / "b.warc").write_bytes(whole[:-400])
    pages, problems = found(tmp_path / "b.warc")
    assert len(pages) == 2
    assert len(problems) == 1
    damaged = bytearray(whole)
    damaged[whole.index("غارة".encode())] ^= 1
    (tmp_path / "c.warc").write_bytes(bytes(damaged))
    pages, problems = found(tmp_path / "c.warc")
    assert (len(pages), problems) == (2, ["damaged"])


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.html", b"\0" * 50_000_000)
    (tmp_path / "a.zip").write_bytes(held.getvalue())
    assert found(tmp_path / "a.zip") == ([], ["bomb"])
