import pytest
from hostile import Server


@pytest.fixture
def web():
    """A hostile server on loopback."""
    server = Server()
    yield server
    server.close()
