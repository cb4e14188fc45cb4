"""Whatever a feed or page says: nothing that a terminal, a log, a spreadsheet or a message's reader would obey comes out."""

import csv
import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime

import structlog
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from wirewatch.cli import show
from wirewatch.cli.context import configure_logs
from wirewatch.model import Feed, Message, Source
from wirewatch.settings.feeds import _lines
from wirewatch.watch import mails, messages

OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)  # line feed and tab are ours
LEADING = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
PARTS = (
    "\x1b[2J", "\x9b31m", "\x1b]0;x\x07", "\u202e", "\u2066", "\u200f", "\n", "\r", "\u2028", "\ud800", "\x00", "\x7f",
    "=1+1", "@x", "＝1", "<img src=x onerror=y>", "[a](javascript:b)", "`", "*", "|", "</em><b>", "<em>", "&#27;", "'", '"', ": ",
    "#", "Ким",
)  # fmt: skip
HOSTILE = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
AT = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


def message(text: str) -> Message:
    return Message(
        match_id="m", watch="kim", title=text, url=f"https://vesti.example/{text}", source=text, story_id="s", article_id="a",
        published_at=AT, matched_at=AT, sentence=f"<em>{text}</em>",
    )  # fmt: skip


def harmless(text: str) -> bool:
    return not OBEYED.search(text)


@given(HOSTILE)
@example("\x1b[2J\u202e\ud800\x9b")
def test_the_screen(text: str) -> None:
    with redirect_stdout(io.StringIO()) as screen:
        show.table(("title", "source"), [(text, text)])
        show.console().print(show.marked(text))
        show.json_line({"title": text})

    assert harmless(screen.getvalue())


@given(HOSTILE)
def test_json_says_all_of_it_on_one_line(text: str) -> None:
    with redirect_stdout(io.StringIO()) as screen:
        show.json_line({text: [text]})

    assert json.loads(screen.getvalue()) == {text: [text]}
    assert screen.getvalue().count("\n") == 1
    assert screen.getvalue().encode()


@given(HOSTILE, HOSTILE)
@example(" =1+1", "＋1")
def test_a_spreadsheet(text: str, other: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerow([show.cell(text), show.cell([text, other])])

    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert harmless(file.getvalue().rstrip("\r\n"))
    assert not any(cell.lstrip().startswith(LEADING) for cell in row)


@given(HOSTILE)
def test_the_log(text: str) -> None:
    configure_logs(verbose=True)
    try:
        with redirect_stderr(io.StringIO()) as written:
            structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=written), cache_logger_on_first_use=False)
            try:
                raise ValueError(text)
            except ValueError:
                structlog.get_logger().error("bug", url=text, many=[text], exc_info=True)
    finally:
        structlog.reset_defaults()

    assert harmless(written.getvalue())


@given(HOSTILE)
def test_messages_in_every_form(text: str) -> None:
    told = message(text)

    bodies = [messages.body(told, style) for style in messages.STYLES.values()]
    assert all(map(harmless, [messages.title(told), messages.json_line(told), *bodies]))
    assert all(map(harmless, messages.fields(told).values()))
    mail = mails.page([told], "UTC")
    assert harmless(mail)
    assert set(re.findall(r"</?(\w+)", mail)) <= {"div", "h3", "a", "p", "b", "br"}


@given(HOSTILE)
def test_yaml_that_is_written_says_what_was_meant(text: str) -> None:
    source = Source(name=text or "x", feeds=(Feed(url="https://vesti.example/rss"),))

    written = "sources:\n" + "".join(f"{line}\n" for line in _lines(source, "  "))

    assert harmless(written)
    assert yaml.safe_load(written)["sources"][0]["name"] == source.name
