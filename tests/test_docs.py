import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_records_page_is_what_the_records_say():
    spec = importlib.util.spec_from_file_location("make_records", DOCS / "make_records.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf8") == module.page()
