"""Matches reach real receivers; whatever goes wrong with one address is that address's own."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.wire_state import announce, entry, fetch_all, index_all, make_due
from wirewatch.model import Message, Notice
from wirewatch.state import captures, matches
from wirewatch.state.database import Database, open_database
from wirewatch.watch.channels import Channel, Channels, DeliveryFailed, address_key, open_channels
from wirewatch.watch.deliver import deliver

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
STOP = threading.Event()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_database("sqlite", tmp_path)
    yield opened
    opened.close()


class Receiver(ThreadingHTTPServer):
    """An HTTP receiver that answers `status` and keeps what it got."""

    def __init__(self, status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.got = status, list[tuple[Mapping[str, str], dict[str, Any]]]()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/hook?rto=1&cto=1"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    yield server
    server.shutdown()
    server.server_close()


def met(db: Database, channels: Channels, *names: str, title: str = "Kим у Русији") -> None:
    """A story meets a watch that tells these channels."""
    announce(db, entry(title=title))
    fetch_all(db)
    index_all(db)
    tasks = captures.claim_indexed(db, 10)
    found = [
        matches.Met(
            watch="kim-putin",
            article_no=task.article_no,
            story_no=task.story_no,
            state="live",
            sentence="<em>Kим</em>",
            addresses=channels.addresses(names),
        )
        for task in tasks
    ]
    matches.record(db, tasks, found, timedelta(hours=48))


def states(db: Database) -> list[tuple[str, str, int]]:
    return [(d.channel, d.state, d.attempts) for row in matches.history(db) for d in row.deliveries]


def test_a_webhook_gets_the_parts_and_the_matchs_id(db: Database, receiver: Receiver, tmp_path: Path) -> None:
    channels = open_channels({"hook": [receiver.url]}, tmp_path)
    met(db, channels, "hook")

    counts = deliver(db, channels, STOP)

    headers, body = receiver.got[0]
    assert counts.by == {"sent": 1}
    assert headers["x-wirewatch-match"] == body["match_id"]
    assert (body["watch"], body["sentence"]) == ("kim-putin", "<em>Kим</em>")
    assert body["title"] == f"[kim-putin] {body['headline']}"
    assert body["url"].startswith("https://")
    assert states(db) == [("hook", "sent", 1)]


class _Mailbox:
    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        self.mails.append(envelope.content)
        return "250 OK"


def test_a_mail_has_the_headline_and_html(db: Database, tmp_path: Path) -> None:
    box = _Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    channels = open_channels({"mail": [f"mailto://127.0.0.1:{port}?from=ww@example.org&to=desk@example.org"]}, tmp_path)
    met(db, channels, "mail")

    counts = deliver(db, channels, STOP)

    server.stop()
    mail = message_from_bytes(box.mails[0], policy=policy.default)
    html = mail.get_body(("html",))
    assert counts.by == {"sent": 1}
    assert str(mail["subject"]).startswith("[kim-putin] ")
    assert html is not None
    assert "<b>Kим</b>" in html.get_content()


def test_a_file_gets_one_line_of_json_for_each_match(db: Database, tmp_path: Path) -> None:
    channels = open_channels({"log": ["file://alerts.jsonl"]}, tmp_path)
    met(db, channels, "log")

    deliver(db, channels, STOP)

    rows = [json.loads(line) for line in (tmp_path / "alerts.jsonl").read_text().splitlines()]
    assert [(row["watch"], row["sentence"]) for row in rows] == [("kim-putin", "<em>Kим</em>")]


def test_an_address_that_fails_holds_up_nobody_and_is_tried_again(db: Database, receiver: Receiver, tmp_path: Path) -> None:
    broken = Receiver(500)
    channels = open_channels({"both": [broken.url, receiver.url], "refused": ["json://127.0.0.1:9/?cto=1"]}, tmp_path)
    met(db, channels, "both", "refused")

    first = deliver(db, channels, STOP)
    broken.status = 200
    make_due(db)
    again = deliver(db, channels, STOP)

    assert first.by == {"sent": 1, "to be sent again": 2}
    assert again.by == {"sent": 1, "to be sent again": 1}
    assert (len(receiver.got), len(broken.got)) == (1, 2)
    assert sorted(states(db)) == [("both", "sent", 1), ("both", "sent", 2), ("refused", "pending", 2)]
    broken.shutdown()
    broken.server_close()


def test_a_message_is_dead_after_eight_attempts(db: Database, tmp_path: Path) -> None:
    channels = open_channels({"refused": ["json://127.0.0.1:9/?cto=1"]}, tmp_path)
    met(db, channels, "refused")

    outcomes = []
    for _ in range(9):
        outcomes += list(deliver(db, channels, STOP).by)
        make_due(db)

    assert outcomes == ["to be sent again"] * 7 + ["dead"]
    assert matches.history(db)[0].state == "dead"


def test_an_address_that_left_the_config_says_so(db: Database, tmp_path: Path) -> None:
    met(db, open_channels({"log": ["file://alerts.jsonl"]}, tmp_path), "log")

    deliver(db, open_channels({}, tmp_path), STOP)

    assert "not in wirewatch.toml any more" in matches.history(db)[0].deliveries[0].error


class _Broken:
    def send(self, message: Message) -> None:
        raise ValueError("a bug")

    def say(self, notice: Notice) -> None:
        raise ValueError("a bug")


class _Lost:
    """A channel whose process dies after the receiver said yes."""

    def __init__(self) -> None:
        self.got: list[str] = []

    def send(self, message: Message) -> None:
        self.got.append(message.match_id)

    def say(self, notice: Notice) -> None:
        self.got.append(notice.title)


def one(channel: Channel) -> Channels:
    return Channels({"c": {address_key("x"): channel}})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_in_a_channel_is_retried_like_any_failure(db: Database) -> None:
    channels = one(_Broken())
    met(db, channels, "c")

    assert deliver(db, channels, STOP).by == {"to be sent again": 1}
    assert matches.history(db)[0].deliveries[0].error == "ValueError while sending"


def test_a_kill_between_sending_and_noting_repeats_with_the_same_id(db: Database, tmp_path: Path) -> None:
    channel = _Lost()
    channels = one(channel)
    met(db, channels, "c")
    for task in matches.claim_outbox(db):  # as deliver does, up to the moment of the kill
        channel.send(task.message)
        matches.release_outbox(db, [task])  # what the next start does with a dead process's claims

    deliver(db, channels, STOP)

    assert len(channel.got) == 2
    assert len(set(channel.got)) == 1


def test_a_failure_names_no_secret(tmp_path: Path) -> None:
    channel = open_channels({"c": ["json://desk:secret@127.0.0.1:9/?cto=1"]}, tmp_path).get(
        "c", address_key("json://desk:secret@127.0.0.1:9/?cto=1")
    )
    assert channel is not None

    with pytest.raises(DeliveryFailed) as caught:
        channel.send(_message())

    assert "secret" not in str(caught.value)


def _message() -> Message:
    from tests.unit.watch.test_messages import message

    return message()
