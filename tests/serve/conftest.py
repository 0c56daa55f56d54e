"""An archive of the samples, and hostile articles, for the pages."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from marsad.archive import Archive
from marsad.serve import app_of
from marsad.settings import Settings

logging.getLogger("httpx").setLevel(logging.WARNING)


@pytest.fixture
def store(samples, tmp_path) -> Iterator[Archive]:
    """A copy of the samples' archive that a test may write into."""
    copy = tmp_path / "a.db"
    copy.write_bytes(samples.read_bytes())
    with Archive(copy) as opened:
        yield opened


@pytest.fixture
def client(store) -> Iterator[TestClient]:
    """A client of the pages; answers are not kept."""
    with TestClient(app_of(store, settings=Settings(), seconds=0.0), base_url="http://127.0.0.1", raise_server_exceptions=True) as opened:
        yield opened
