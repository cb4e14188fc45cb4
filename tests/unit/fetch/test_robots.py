"""A robots.txt is read as RFC 9309 says, whatever is in it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.errors import Reason, Retry, Skip
from wirewatch.fetch.robots import LIMIT, Robots, read

URL = "http://vesti.example/p/1.html"


def robots(text: str | bytes, status: int = 200, age: timedelta = timedelta(0)) -> Robots:
    return read(status, text if isinstance(text, bytes) else text.encode(), datetime.now(UTC) - age, "wirewatch")


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /p/",
        "\ufeffUser-agent: *\nDisallow: /p/",
        "User-agent: wirewatch\nDisallow: /p/\n\nUser-agent: *\nAllow: /",
        "user-agent: WireWatch\r\ndisallow: /p/",
        "User-agent: other\nUser-agent: *\nDisallow: /p/",
        "User-agent: *\nCrawl-delay: 121",
    ],
)
def test_a_rule_for_us_is_obeyed(text: str) -> None:
    with pytest.raises(Skip) as refused:
        robots(text).check(URL)

    assert refused.value.reason is Reason.ROBOTS


@pytest.mark.parametrize(
    "text",
    [
        "",
        "User-agent: other\nDisallow: /",
        "User-agent: *\nDisallow: /\n\nUser-agent: wirewatch\nAllow: /",
        "User-agent: *\nDisallow:",
        "<html><body>Log in, user-agent: *</body></html>",
    ],
)
def test_what_is_no_rule_for_us_is_not(text: str) -> None:
    robots(text).check(URL)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 302])
def test_without_a_file_all_is_allowed(status: int) -> None:
    robots("User-agent: *\nDisallow: /", status).check(URL)


@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_a_host_that_cannot_say_is_left_alone_for_an_hour(status: int) -> None:
    with pytest.raises(Retry) as refused:
        robots("", status, timedelta(minutes=20)).check(URL)

    assert refused.value.reason is Reason.ROBOTS_UNREACHABLE
    assert refused.value.after is not None
    assert timedelta(minutes=39) < refused.value.after < timedelta(minutes=41)


def test_the_wanted_delay_is_known() -> None:
    assert robots("User-agent: *\nCrawl-delay: 2.5").delay == 2.5
    assert robots("User-agent: *\nCrawl-delay: soon").delay == 0


def test_only_the_first_bytes_are_read() -> None:
    long = robots("User-agent: *\nDisallow: /p/\n" + "#" * 2 * LIMIT)

    assert len(long.body) == LIMIT
    with pytest.raises(Skip):
        long.check(URL)


def test_names_and_rules_by_the_thousand_do_not_multiply() -> None:
    names = "".join(f"User-agent: r{i}\n" for i in range(15_000))

    many = robots(names + "Disallow: /a\n" * 15_000 + "User-agent: *\nDisallow: /p/\n")

    with pytest.raises(Skip):
        many.check(URL)


@given(st.binary(max_size=2000))
def test_any_bytes_give_an_answer(raw: bytes) -> None:
    found = robots(raw)

    with suppress(Skip):  # the only way to say no
        found.check(URL)
    assert found.delay >= 0
