"""What reaches the screen is harmless, and data before decoration."""

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.cli import show
from wirewatch.errors import UserError
from wirewatch.pace import moment
from wirewatch.safe import one_line


@given(st.text())
def test_one_line_is_one_line_without_anything_a_terminal_obeys(text: str) -> None:
    line = one_line(text)

    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in line)
    assert not any(char in "\u202e\u2066\u2028\u2029" for char in line)


def test_a_terminal_sequence_loses_its_escape() -> None:
    assert one_line("\x1b[2JRed\x9b31m \u202etxt.exe") == "[2JRed 31m txt.exe"


def test_a_long_line_is_cut_with_an_ellipsis() -> None:
    assert one_line("abcdef ghi", 8) == "abcdef…"


def test_json_lines_are_whole_and_times_are_utc(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2023, 9, 13, 10, 0, tzinfo=timezone(timedelta(hours=2)))

    show.json_line({"title": "Kим\n", "at": at, "tags": ("a", "b")})

    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"title": "Kим\n", "at": "2023-09-13T08:00:00Z", "tags": ["a", "b"]}


@pytest.mark.parametrize(
    ("seconds", "says"), [(5, "5 s ago"), (300, "5 min ago"), (7200, "2 h ago"), (86400 * 3, "3 d ago"), (-600, "in 10 min")]
)
def test_a_time_is_said_in_one_unit(seconds: int, says: str) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)

    assert show.ago(now - timedelta(seconds=seconds), now) == says


def test_marks_become_bold_and_foreign_brackets_stay_text() -> None:
    line = show.marked("[red]x[/red] <em>Kим</em> је")

    assert line.plain == "[red]x[/red] Kим је"
    assert [line.plain[span.start : span.end] for span in line.spans] == ["Kим"]


def test_a_moment_is_ago_or_a_date() -> None:
    week = moment("7d", "--since")

    assert week is not None
    assert abs(datetime.now(UTC) - timedelta(days=7) - week) < timedelta(minutes=1)
    assert moment("2023-09-13T10:00+02:00", "--since") == datetime(2023, 9, 13, 8, tzinfo=UTC)
    assert moment(None, "--since") is None


def test_a_day_begins_in_the_zone_asked_for_and_until_takes_it_in() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")

    assert moment("2026-11-28", "--since", tokyo) == datetime(2026, 11, 27, 15, tzinfo=UTC)
    assert moment("2026-11-28", "--until", tokyo, end=True) == datetime(2026, 11, 28, 15, tzinfo=UTC)
    assert moment("2026-W47", "--until", end=True) == datetime(2026, 11, 23, tzinfo=UTC)
    assert moment("9999-12-31", "--until", end=True) == datetime(9999, 12, 31, tzinfo=UTC)
    assert moment("2026-11-28T10:00", "--until", end=True) == datetime(2026, 11, 28, 10, tzinfo=UTC)
    assert moment("2026-10-25", "--until", ZoneInfo("Europe/Belgrade"), end=True) == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_what_is_no_moment_says_what_would_be() -> None:
    with pytest.raises(UserError, match="--since: 'yesterday' is no time; write 7d"):
        moment("yesterday", "--since")
    for text in ("0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00"):
        with pytest.raises(UserError, match="is no time"):
            moment(text, "--since")


def test_a_number_stands_with_its_word_as_people_say_it() -> None:
    said = [show.number(n, word) for n, word in ((1, "article"), (0, "article"), (2, "story"), (1, "story"))]

    assert said == ["1 article", "0 articles", "2 stories", "1 story"]
