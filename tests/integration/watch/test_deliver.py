"""Matches reach real receivers; whatever goes wrong with one address is that address's own."""

import base64
import hmac
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update

from tests.receivers import Receiver, receiving
from tests.wire_state import announce, entry, fetch_all, index_all, make_due
from wirewatch.model import ChannelPlan, Counts, Message, Notice, Watch
from wirewatch.state import captures, matches
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.watch.channels import Channel, Channels, DeliveryFailed, Week, address_key, open_channels
from wirewatch.watch.deliver import PATIENCE, Post
from wirewatch.watch.digests import Digest, Ways

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
STOP = threading.Event()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def broken() -> Iterator[Receiver]:
    with receiving(500) as server:
        yield server


def met(db: Database, channels: Channels, *names: str, number: int = 1, watch: str = "kim-putin") -> None:
    """So many stories meet a watch that tells these channels."""
    announce(db, *(entry(f"https://vesti.example/{n}", f"Kим у Русији {n}") for n in range(number)))
    fetch_all(db)
    index_all(db)
    tasks = captures.claim_indexed(db, 100)
    found = [
        matches.Met(
            watch=watch,
            article_no=task.article_no,
            story_no=task.story_no,
            state="live",
            sentence="<em>Kим</em>",
            addresses=channels.addresses(names),
            tell_at=channels.tell_at(names, datetime.now(UTC)),
        )
        for task in tasks
    ]
    matches.record(db, tasks, found, timedelta(hours=48))


def deliver(db: Database, channels: Channels, stop: threading.Event) -> Counts:
    """Send every message that is due, and wait for it, but not for an address that hangs."""
    post = Post(db, channels, stop)
    while post.look() and post.wait(PATIENCE):
        pass
    return post.taken()


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
    assert (body["update"], body["version"]) == ("0", "1.0")  # the latter is Apprise's
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
    assert "https://vesti.example/0" in str(mail.get_body(("plain",)))
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert picture["content-id"] == "<week.png>"
    assert picture.get_content().startswith(b"\x89PNG")


def test_a_file_gets_one_line_of_json_for_each_match(db: Database, tmp_path: Path) -> None:
    channels = open_channels({"log": ["file://alerts.jsonl"]}, tmp_path)
    met(db, channels, "log")

    deliver(db, channels, STOP)

    rows = [json.loads(line) for line in (tmp_path / "alerts.jsonl").read_text().splitlines()]
    assert [(row["watch"], row["sentence"]) for row in rows] == [("kim-putin", "<em>Kим</em>")]


def test_an_address_that_fails_holds_up_nobody_and_is_tried_again(
    db: Database, receiver: Receiver, broken: Receiver, tmp_path: Path
) -> None:
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


@pytest.mark.parametrize(
    ("status", "headers", "said", "minutes"),
    [
        (500, {}, "answered 500", 1),
        (401, {}, "answered 401", 1),
        (302, {"Location": "http://127.0.0.1:9/"}, "answered 302", 1),
        (429, {"Retry-After": "3600"}, "answered 429", 60),
        (429, {"Retry-After": "soon"}, "answered 429", 1),
        (503, {"Retry-After": "999999999"}, "answered 503", 24 * 60),
    ],
)
def test_a_refusal_is_named_and_retry_after_is_honoured(
    db: Database, tmp_path: Path, status: int, headers: dict[str, str], said: str, minutes: int
) -> None:
    with receiving(status, headers) as refusing:
        channels = open_channels({"c": [refusing.hook]}, tmp_path)
        met(db, channels, "c")

        counts = deliver(db, channels, STOP)

    assert counts.by == {"to be sent again": 1}
    assert said in matches.history(db)[0].deliveries[0].error
    assert len(refusing.got) == 1
    assert timedelta(0) < timedelta(minutes=minutes) - waits(db) < timedelta(seconds=30)


def waits(db: Database) -> timedelta:
    """Until the first message is due."""
    with db.read() as conn:
        due: datetime = conn.scalars(select(t.outbox.c.due_at).order_by(t.outbox.c.due_at).limit(1)).one()
    return due - datetime.now(UTC)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("webhook://127.0.0.1:9/", "refuses connections"),
        ("json://127.0.0.1:9/?cto=1", "refuses connections"),
        ("mailto://127.0.0.1:9?from=a@b.example&to=c@d.example", "refuses connections"),
        ("webhooks://127.0.0.1:{port}/", "TLS"),
        ("jsons://127.0.0.1:{port}/?cto=1&rto=1", "TLS"),
        ("webhook://no-such-host.invalid/", "no such host"),
        ("json://127.0.0.1:{port}/silent?rto=0.2", "no answer in time"),
        ("json://127.0.0.1:{refusing}/?rto=1", "answered 401"),
        ("nonsense://secret", "is no Apprise address"),
    ],
)
def test_what_goes_wrong_on_the_way_is_said_without_the_address(
    db: Database, receiver: Receiver, broken: Receiver, tmp_path: Path, url: str, said: str
) -> None:
    receiver.answers.clear()
    broken.status = 401
    channels = open_channels({"c": [url.format(port=receiver.server_port, refusing=broken.server_port)]}, tmp_path)
    met(db, channels, "c")

    counts = deliver(db, channels, STOP)

    error = matches.history(db)[0].deliveries[0].error
    assert counts.by == {"to be sent again": 1}
    assert said in error
    assert not {"secret", "silent"} & set(re.findall(r"\w+", error))


def test_an_address_that_hangs_holds_up_neither_another_nor_who_asks(db: Database, receiver: Receiver, tmp_path: Path) -> None:
    with receiving() as hanging:
        hanging.answers.clear()
        channels = open_channels({"both": [hanging.hook, receiver.hook]}, tmp_path)
        met(db, channels, "both", number=3)
        post = Post(db, channels, STOP)

        post.look()
        while len(receiver.got) < 3 or not hanging.got:
            ended = post.wait(0.05)
        again = post.look()
        hanging.answers.set()
        post.wait(10)

    assert (ended, again) == (False, False)
    assert sorted({(state, attempts) for _, state, attempts in states(db)}) == [("sent", 1)]
    assert len(hanging.got) == 3


def test_who_is_told_to_stop_notes_the_message_under_way_and_gives_the_others_back(
    db: Database, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.answers.clear()
    channels = open_channels({"c": [receiver.hook]}, tmp_path)
    met(db, channels, "c", number=3)
    post = Post(db, channels, threading.Event())

    post.look()
    while not receiver.got:
        post.wait(0)
    threading.Timer(0.1, receiver.answers.set).start()
    post.close()

    assert sorted(states(db)) == [("c", "pending", 0), ("c", "pending", 0), ("c", "sent", 1)]
    assert len(matches.claim_outbox(db)) == 2


def test_an_address_that_fails_by_a_mistake_of_ours_is_not_tried_for_ever(
    db: Database, receiver: Receiver, tmp_path: Path
) -> None:
    channels = open_channels({"c": [receiver.hook], "other": [receiver.hook]}, tmp_path)
    met(db, channels, "c", "other")
    spoiled = replace(channels, plans={"c": ChannelPlan(quiet=(time(22), time(7)), zone="No/Where")})

    counts = deliver(db, spoiled, STOP)

    assert counts.by == {"sent": 1}
    assert sorted(states(db)) == [("c", "pending", 0), ("other", "sent", 1)]


def test_after_two_failures_in_a_row_the_address_rests_and_the_others_spend_no_attempt(
    db: Database, broken: Receiver, tmp_path: Path
) -> None:
    channels = open_channels({"c": [broken.hook]}, tmp_path)
    met(db, channels, "c", number=6)

    deliver(db, channels, STOP)

    assert sorted(attempts for _, _, attempts in states(db)) == [0, 0, 0, 0, 1, 1]
    assert waits(db) > timedelta(seconds=30)


def test_a_storm_comes_as_what_the_cap_allows_the_last_message_with_all_the_rest(
    db: Database, receiver: Receiver, tmp_path: Path
) -> None:
    watch = Watch(name="kim-putin", query="Ким Путин", languages=("sr",))
    ways = Ways({"kim-putin": watch}, "http://kibana.example:5601")
    plan = ChannelPlan(rate=(3, timedelta(hours=1)))
    channels = open_channels({"c": [receiver.url]}, tmp_path, {"c": plan}, ways)
    met(db, channels, "c", number=30)

    first = deliver(db, channels, STOP)
    make_due(db)
    met_later = len(receiver.got)
    with db.write() as conn:
        conn.execute(update(t.outbox).where(t.outbox.c.no < 3).values(state="pending", sent_at=None))
    again = deliver(db, channels, STOP)

    text = receiver.got[2][1]["message"]
    assert first.by == {"sent": 30}
    assert met_later == 3
    assert "and 8 more of kim-putin" in text
    assert "wirewatch search --literal 'Ким Путин' --language sr --since 2026-11-01T08:30Z" in text
    assert "http://kibana.example:5601/app/discover#/?_g=" in text
    assert len(json.loads(receiver.got[2][1]["matches"])) == 28
    assert again.by == {"sent": 2}, "two were taken back, so there was room for one message: both came in it"


def test_a_digest_tells_a_story_once_when_it_is_due(db: Database, receiver: Receiver, tmp_path: Path) -> None:
    plan = ChannelPlan(digest=timedelta(hours=24))
    channels = open_channels({"c": [receiver.url]}, tmp_path, {"c": plan})
    met(db, channels, "c", number=2)

    early = deliver(db, channels, STOP)
    make_due(db)
    later = deliver(db, channels, STOP)

    assert (early.by, later.by) == ({}, {"sent": 2})
    ((_, body),) = receiver.got
    assert body["title"] == "[kim-putin] 2 stories"
    links = [line for line in body["message"].splitlines() if line.startswith("https:")]
    assert sorted(links) == ["https://vesti.example/0", "https://vesti.example/1"]


def test_in_quiet_hours_nothing_is_told_and_nothing_is_lost(db: Database, receiver: Receiver, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    hours = ((now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time())
    channels = open_channels({"c": [receiver.url]}, tmp_path)
    met(db, channels, "c")

    quiet = deliver(db, open_channels({"c": [receiver.url]}, tmp_path, {"c": ChannelPlan(quiet=hours)}), STOP)
    waited = waits(db)
    make_due(db)
    awake = deliver(db, channels, STOP)

    assert (quiet.by, awake.by) == ({}, {"sent": 1})
    assert waited > timedelta(minutes=59)


def test_a_webhook_is_signed_so_that_its_receiver_knows_who_sent_it(db: Database, receiver: Receiver, tmp_path: Path) -> None:
    secret = base64.b64encode(b"0123456789abcdef").decode()
    channels = open_channels({"c": [receiver.hook]}, tmp_path, {"c": ChannelPlan(secret=f"whsec_{secret}")})
    met(db, channels, "c")

    deliver(db, channels, STOP)

    headers, body = receiver.got[0]
    told = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + receiver.raw[0]
    expected = base64.b64encode(hmac.digest(b"0123456789abcdef", told, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == body["id"] == body["matches"][0]["match_id"]
    assert (body["version"], body["kind"], body["matches"][0]["title"]) == (1, "match", "Kим у Русији 0")


class _Broken:
    def send(self, message: Message, week: Week = list) -> None:
        raise ValueError("a bug")

    def gather(self, digest: Digest) -> None:
        raise ValueError("a bug")

    def say(self, notice: Notice) -> None:
        raise ValueError("a bug")


class _Lost:
    """A channel whose process dies after the receiver said yes."""

    def __init__(self) -> None:
        self.got: list[str] = []

    def send(self, message: Message, week: Week = list) -> None:
        self.got.append(message.match_id)

    def gather(self, digest: Digest) -> None:
        self.got.append(digest.id)

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
