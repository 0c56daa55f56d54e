import re

import pytest
from litestar.testing import TestClient

from marsad.serve import app_of
from marsad.serve.guard import Guard, GuardError, hashed, is_loopback
from marsad.settings import Settings

pytestmark = pytest.mark.slow
PASSWORD = hashed("كلمة سر طويلة")


@pytest.fixture
def closed(store):
    """Pages that a password and a token protect."""
    with TestClient(app_of(store, "0.0.0.0", Settings(password=PASSWORD, token="t0k3n"), 0.0), base_url="http://news.example") as client:
        yield client


def key_of(text):
    return re.search(r'name="form_key" value="([0-9a-f]+)"', text)[1]


def test_others_are_not_served_without_a_password(store):
    for host in ("0.0.0.0", "::", "192.168.1.5", "news.example"):
        with pytest.raises(GuardError, match="MARSAD_PASSWORD"):
            app_of(store, host, Settings())
    with pytest.raises(GuardError, match="argon2"):
        Guard("127.0.0.1", "plain text")
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("localhost.evil.example")


def test_only_those_with_the_password_come_in(closed):
    for path in ("/", "/search?q=x", "/article/abcdefgh", "/map", "/download/events/csv", "/feed.atom?q=x", "/plot.svg?of=IRQ"):
        answer = closed.get(path, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?back=/")
    assert closed.get("/api/articles").status_code == 401
    assert closed.get("/static/marsad.css").status_code == 200
    page = closed.get("/login?back=/map")
    assert closed.post("/login", data={"form_key": key_of(page.text), "password": "wrong"}).status_code == 403
    before = closed.cookies["marsad"].split(".")[0]
    answer = closed.post("/login", data={"form_key": key_of(page.text), "password": "كلمة سر طويلة", "back": "//evil.example"}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    assert closed.cookies["marsad"].split(".")[0] != before  # a new session
    assert closed.get("/", follow_redirects=False).status_code == 200
    assert closed.get("/api/articles").status_code == 200
    assert closed.post("/logout", data={"form_key": key_of(closed.get("/").text)}, follow_redirects=False).status_code == 303
    assert closed.get("/", follow_redirects=False).status_code == 303


def test_passwords_cannot_be_guessed_in_haste(closed):
    key = key_of(closed.get("/login").text)
    codes = [closed.post("/login", data={"form_key": key, "password": f"guess {n}"}).status_code for n in range(7)]
    assert codes == [403] * 5 + [429] * 2
    assert closed.post("/login", data={"form_key": key, "password": "كلمة سر طويلة"}).status_code == 429


def test_a_token_lets_programs_in(closed):
    assert closed.get("/api/info", headers={"Authorization": "Bearer t0k3n"}).status_code == 200
    assert closed.get("/api/info", headers={"Authorization": "Bearer t0k3"}).status_code == 401
    assert closed.get("/api/info", headers={"Authorization": "Basic t0k3n"}).status_code == 401


def test_cookies_that_are_not_ours_are_nothing(closed):
    for value in ("", "x", "a.1.9999999999.0", "a.1.99999999999999999999." + "0" * 64, "..." * 500):
        closed.cookies.clear()
        assert closed.get("/", headers={"Cookie": f"marsad={value}"}, follow_redirects=False).status_code == 303


def test_forms_of_other_sites_are_refused(client, store):
    page = client.get("/watches")
    for data, headers in (({}, {}), ({"form_key": "0" * 64}, {}), ({"form_key": key_of(page.text)}, {"Origin": "https://evil.example"})):
        assert client.post("/watches", data={"query": "العراق", **data}, headers=headers).status_code == 403
    assert client.post("/correct", data={"article": "x"}).status_code == 403
    assert client.post("/api/corrections", json={"article_id": "x", "what": "event", "target": "1:2:AID", "verdict": "wrong"}).status_code == 403
    assert client.post("/watches", data={"query": "العراق", "form_key": key_of(page.text), "pad": "x" * 30_000}).status_code == 413
    good = client.post("/watches", data={"query": "العراق", "form_key": key_of(page.text)}, headers={"Origin": "http://127.0.0.1"}, follow_redirects=False)
    assert good.status_code == 303


def test_another_sites_name_does_not_lead_here(client):
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"Host": "localhost:8000"}).status_code == 200
    assert client.get("/", headers={"Host": "[::1]:8000"}).status_code == 200


def test_every_answer_is_sealed(client):
    for path in (
        "/",
        "/api/info",
        "/static/marsad.css",
        "/static/marsad.js",
        "/nothing",
        "/api/nothing",
        "/api/openapi.json",
        "/feed.atom?q=العراق",
        "/plot.svg?of=IRQ",
        "/api/articles?limit=x",
    ):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"] or path.startswith("/plot")


def test_the_commands_refuse_and_hash(marsad, tmp_path):
    done = marsad("serve", "--host", "0.0.0.0", "--archive", tmp_path / "a.db")
    assert done.returncode == 2
    assert b"MARSAD_PASSWORD" in done.stderr
    assert marsad("password", stdin=b"short\n").returncode == 2
    assert marsad("password", stdin="كلمة سر طويلة\n".encode()).stdout.startswith(b"$argon2")
