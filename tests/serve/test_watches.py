import json
import socket
import threading
from datetime import UTC, datetime

import feedparser
import pytest
from hostile import Server, answer
from kept import put

from marsad import watches
from marsad.collect.fetch import Fetcher
from marsad.records import Link
from marsad.settings import Settings

pytestmark = pytest.mark.slow


class Post:
    """A mail server that keeps what it is sent."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.letters = self.socket.getsockname()[1], []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            with line, line.makefile("rb") as said:
                line.sendall(b"220 here\r\n")
                while command := said.readline():
                    word = command.split()[0].upper() if command.split() else b""
                    if word == b"DATA":
                        line.sendall(b"354 go on\r\n")
                        letter = b""
                        while not letter.endswith(b"\r\n.\r\n"):
                            letter += said.readline()
                        self.letters.append(letter)
                    line.sendall(b"221 bye\r\n" if word == b"QUIT" else b"250 good\r\n")
                    if word == b"QUIT":
                        break


@pytest.fixture
def web():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def fetcher():
    made = Fetcher(inside=True)
    yield made
    made.close()


def test_only_what_is_new_is_told_and_once(store):
    watch = watches.add(store, "بغداد", "country:IRQ")
    assert watches.add(store, "بغداد", "country:IRQ").id == watch.id
    assert watches.look(store) == 0
    first = put(store, "غارة جديدة على بغداد", "قتل قيادي في غارة أميركية على بغداد.", "https://x.example/1")
    put(store, "أمطار على تونس", "نزلت أمطار غزيرة على الشمال التونسي.", "https://x.example/2")
    assert watches.look(store) == 1
    assert watches.look(store) == 0
    copy = put(store, "غارة على بغداد", "قتل قيادي في غارة أميركية على بغداد اليوم.", "https://y.example/1")
    store.put_relations([Link(left_id=first, right_id=copy, kind="copy", score=1.0, because=())])
    assert watches.look(store) == 0  # a copy of what was told is no news
    assert [a.id for a, _ in watches.news_of(store, watch.id)] == [first]
    store.forget("https://x.example/1")
    assert watches.news_of(store, watch.id) == []
    watches.remove(store, watch.id)
    assert watches.all_of(store) == []


def test_stories_and_pairs_can_be_watched(store):
    story = next(iter(store.stories()))
    for query in (f"story:{story.id}", "pair:USA:IRQ", 'pair:"place:USA~org:الحشد الشعبي"', "entity:السوداني type:REQUEST"):
        watches.add(store, query, query)
    put(store, "غارة أميركية على قوات عراقية", "قصفت القوات الأميركية قوات عراقية في بغداد مساء الخميس.", "https://x.example/1", "2024-01-04")
    assert watches.look(store) == 1


def test_webhooks_and_mail_get_the_news_and_failures_are_tried_again(store, web, fetcher):
    got = []

    def hook(handler):
        got.append(json.loads(handler.rfile.read(int(handler.headers["Content-Length"]))))
        answer(handler, b"", 204 if len(got) > 1 else 500)

    web.handler_post = hook
    post = Post()
    settings = Settings(smtp=f"smtp://127.0.0.1:{post.port}")
    watches.add(store, "بغداد\nBcc: x", "بغداد", webhook=f"{web.url}/hook")
    watches.add(store, "بغداد بالبريد", "بغداد", mail="desk@news.example")
    put(store, "غارة جديدة على بغداد", "قتل قيادي في غارة أميركية على بغداد.", "https://x.example/1")
    assert watches.look(store, datetime(2024, 1, 4, tzinfo=UTC)) == 2
    problems = list(watches.deliver(store, settings, fetcher))
    assert [p.code for p in problems] == ["not-sent"]
    assert list(watches.deliver(store, settings, fetcher)) == []
    assert list(watches.deliver(store, settings, fetcher)) == []
    assert len(got) == 2
    assert got[1]["articles"][0]["headline"] == "غارة جديدة على بغداد"
    (letter,) = post.letters
    from email import message_from_bytes, policy

    mail = message_from_bytes(letter, policy=policy.default)
    assert mail["To"] == "desk@news.example"
    assert "غارة جديدة على بغداد" in mail.get_content()
    assert [p.code for p in watches.deliver(store, Settings(), fetcher)] == []


def test_a_mail_without_a_server_and_a_webhook_inside_are_problems(store, web):
    watches.add(store, "بريد", "بغداد", mail="desk@news.example")
    watches.add(store, "داخل", "بغداد", webhook=f"{web.url}/hook")
    put(store, "غارة جديدة على بغداد", "قتل قيادي في غارة أميركية على بغداد.", "https://x.example/1")
    watches.look(store)
    closed = Fetcher(inside=False)
    details = " ".join(p.detail for p in watches.deliver(store, Settings(), closed))
    closed.close()
    assert "MARSAD_SMTP" in details
    assert "inside a network" in details
    assert web.asked == []


@pytest.mark.parametrize(("query", "webhook", "mail"), [("colour:red", "", ""), ("", "", ""), ("x", "ftp://x", ""), ("x", "", "no mail"), ("x", "", "a@b\nBcc: c@d")])
def test_watches_that_cannot_be_are_refused(store, query, webhook, mail):
    with pytest.raises(ValueError, match=r"\S"):
        watches.add(store, "x", query, webhook, mail)


def test_a_watch_has_a_page_and_a_feed(client, store):
    watch = watches.add(store, "بغداد", "بغداد")
    put(store, "غارة <جديدة> على بغداد", "قتل قيادي في غارة أميركية على بغداد.", "https://x.example/1")
    watches.look(store)
    assert "غارة &lt;جديدة&gt; على بغداد" in client.get("/watches").text
    feed = feedparser.parse(client.get(f"/watches/{watch.id}/feed.atom").content)
    assert [e.title for e in feed.entries] == ["غارة <جديدة> على بغداد"]


def test_the_command_looks_and_sends(marsad, store):
    watches.add(store, "بغداد", "بغداد")
    put(store, "غارة جديدة على بغداد", "قتل قيادي في غارة أميركية على بغداد.", "https://x.example/1")
    assert marsad("notify", "--archive", store.where).stdout == b"1 news\n"
