"""Every code of a Problem is told in docs/line.md."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
CODE = re.compile(r'(?:code=|Trouble\(|_problem\(\w+, )"([a-z-]+)"')


def test_every_code_is_documented():
    told = set(re.findall(r"`([a-z-]+)`", (ROOT / "docs/line.md").read_text(encoding="utf8")))
    used = {code for path in (ROOT / "src").rglob("*.py") for code in CODE.findall(path.read_text(encoding="utf8"))}
    assert len(used) > 25
    assert used - told == set()
