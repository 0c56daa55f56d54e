import feedparser
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error

from marsad.archive import Archive
from marsad.corrections import name_of
from marsad.serve import app_of
from marsad.settings import Settings

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", ["/api/articles", "/api/events", "/api/stories", "/api/search?q=العراق"])
def test_pages_of_a_list_hold_everything_once(client, path):
    sign = "&" if "?" in path else "?"
    whole = client.get(f"{path}{sign}limit=200").json()["items"]
    got, cursor = [], ""
    while True:
        answer = client.get(f"{path}{sign}limit=7&cursor={cursor}").json()
        got += answer["items"]
        cursor = answer["next"]
        if not cursor or len(got) >= 200:
            break
    assert got[:200] == whole
    assert len(whole) > 15
    keys = [(i.get("id"), i.get("article_id"), i.get("number")) for i in got]
    assert len(set(keys)) == len(keys)


def test_records_come_as_they_are(client, store):
    article = next(a for a in store.articles() if a.headline)
    told = client.get(f"/api/articles/{article.id}").json()
    assert told["article"]["text"] == article.text
    assert told["reading"]["origin"] == "marsad.read 5"
    assert client.get(f"/api/articles/{article.id}/versions").json()[0]["article_id"]
    assert client.get(f"/api/articles/{article.id}/page").json()["body"]
    assert client.get("/api/stories/" + next(store.stories()).id).json()["headline"]
    assert client.get("/api/outlets").json()[0]["articles"] >= 1
    assert client.get("/api/problems").status_code == 200
    assert client.get("/api/info").json()["article"] == store.counts()["article"]


def test_what_has_not_changed_is_not_sent_again(client):
    for path in ("/api/articles", "/feed.atom?q=العراق", "/plot.svg?of=IRQ"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_wrong_questions_are_answered_plainly(client):
    for path in ("/api/search?q=colour:red", "/api/articles?cursor=x", "/api/events?cursor=1", "/api/articles?limit=0", "/api/events?after=yesterday", "/api/search"):
        answer = client.get(path)
        assert answer.status_code == 400
        assert answer.json()["detail"]
    assert client.get("/api/articles/ffffffffffff").status_code == 404


def test_a_program_corrects_with_its_token(store):
    from litestar.testing import TestClient

    article = next(a for a in store.articles() if a.headline and store.reading(a.id).events)
    said = {"article_id": article.id, "what": "event", "target": name_of(store.reading(article.id).events[0]), "verdict": "wrong", "who": "برنامج"}
    with TestClient(app_of(store, settings=Settings(token="abc")), base_url="http://127.0.0.1") as client:
        assert client.post("/api/corrections", json=said, headers={"Authorization": "Bearer abc"}).status_code == 201
        assert client.post("/api/corrections", json={**said, "what": "dream"}, headers={"Authorization": "Bearer abc"}).status_code == 400
        assert client.get("/api/corrections", headers={"Authorization": "Bearer abc"}).json()[0]["who"] == "برنامج"
    assert len(store.told(article.id).events) == len(store.reading(article.id).events) - 1


def test_feeds_and_downloads(client, store):
    feed = feedparser.parse(client.get("/feed.atom?q=العراق").content)
    assert not feed.bozo
    assert len(feed.entries) > 5
    assert feed.entries[0].link.startswith("http://127.0.0.1/article/")
    assert client.get("/feed.atom?q=colour:red").status_code == 400
    rows = client.get("/download/articles/jsonl?q=country:IRQ").text.splitlines()
    assert 5 < len(rows) < store.counts()["article"]
    assert client.get("/download/events/csv?q=story:" + next(store.stories()).id).content.startswith(b"\xef\xbb\xbf")
    assert client.get("/download/events/parquet?q=country:IRQ").content[:4] == b"PAR1"
    assert client.get("/download/annotations/csv").status_code == 400


def test_the_schema_is_openapi_3_1(client):
    told = client.get("/api/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert set(told["paths"]) >= {"/api/articles", "/api/search", "/api/events", "/api/stories", "/api/corrections"}
    assert not [path for path in told["paths"] if not path.startswith("/api/")]


def test_no_question_that_the_schema_allows_breaks_the_server(samples, tmp_path):
    copy = tmp_path / "a.db"
    copy.write_bytes(samples.read_bytes())
    with Archive(copy) as store:
        app = app_of(store, "127.0.0.1", Settings(token="abc"), 0.0)
        schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers={"Authorization": "Bearer abc", "Host": "127.0.0.1"})
        count = 0
        for operation in schema.get_all_operations():

            @settings(max_examples=25, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
            @schemathesis_given(operation.ok())
            def run(case):
                nonlocal count
                count += 1
                case.call_and_validate(headers={"Authorization": "Bearer abc", "Host": "127.0.0.1"}, checks=[not_a_server_error])

            run()
        assert count > 100


def schemathesis_given(operation):
    from hypothesis import given

    return given(case=operation.as_strategy())
