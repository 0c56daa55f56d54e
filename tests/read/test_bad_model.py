"""A damaged model file is said plainly; the fast gear still reads."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import marsad

PACKAGE = Path(marsad.__file__).parent
pytestmark = pytest.mark.slow  # each copies the model and starts a process


@pytest.fixture
def copy(tmp_path):
    """A copy of the package that a test may damage."""
    shutil.copytree(PACKAGE, tmp_path / "marsad", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "in.jsonl").write_text('{"id": "a", "text": "قصفت الطائرات بغداد"}\n', encoding="utf8")
    return tmp_path


def read(folder, *more):
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); from marsad.cli import run; run()"
    return subprocess.run([sys.executable, "-c", code, "read", "--json", "--records", folder / "in.jsonl", *more], capture_output=True, timeout=120, check=False)


DAMAGE = {
    "empty": lambda p: p.write_bytes(b""),
    "nonsense": lambda p: p.write_bytes(b"nonsense" * 1000),
    "cut": lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]),
    "gone": lambda p: p.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ["reader.onnx", "reader.npz"])
def test_a_damaged_model_is_a_problem(copy, name, damage):
    path = copy / "marsad/models" / name
    DAMAGE[damage](path)
    done = read(copy)
    assert done.returncode == 1
    assert done.stdout == b""
    assert json.loads(done.stderr.splitlines()[-1])["code"] == "bad-model"


def test_the_fast_gear_needs_no_network(copy):
    (copy / "marsad/models/reader.onnx").unlink()
    done = read(copy, "--fast")
    assert done.returncode == 0
    assert json.loads(done.stdout)["events"]
