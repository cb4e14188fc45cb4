"""feeds.yaml edited in place: what was wanted is there, and nothing else has changed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wirewatch.errors import ConfigError, UserError
from wirewatch.model import Feed, Source
from wirewatch.settings.feeds import add, remove
from wirewatch.settings.load import load, shipped

A, B, NEW = "http://a.example/rss", "http://b.example/rss", "http://new.example/rss"
BLOCK = f"""\
# the outlets
sources:
  - name: А      # first
    home: http://a.example

    feeds:
      # the main one
      - {A}  # slow
      - url: {B}
        every: 5m   # fast
  # the end
"""


@pytest.fixture(autouse=True)
def small(tmp_path: Path) -> None:
    """The other files are empty: reading the shipped ones takes a quarter of a second."""
    for part in ("entities", "topics", "watches"):
        (tmp_path / f"{part}.yaml").write_text(f"{part}: []\n", encoding="utf-8")


def edited(folder: Path, text: str, *sources: Source) -> str:
    (folder / "feeds.yaml").write_bytes(text.encode())
    add(folder, sources)
    return (folder / "feeds.yaml").read_bytes().decode()


def without(folder: Path, text: str, *urls: str) -> str:
    (folder / "feeds.yaml").write_bytes(text.encode())
    remove(folder, urls)
    return (folder / "feeds.yaml").read_bytes().decode()


def source(name: str = "Нови", *urls: str, every: float | None = None) -> Source:
    return Source(name=name, feeds=tuple(Feed(url=url, every=every) for url in urls or (NEW,)))


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (BLOCK, "А", BLOCK.replace("fast\n", f"fast\n      - {NEW}\n")),
        (BLOCK, "Нови", BLOCK.replace("fast\n", f"fast\n  - name: Нови\n    feeds:\n      - {NEW}\n")),
        ("", "Нови", f"sources:\n  - name: Нови\n    feeds:\n      - {NEW}\n"),
        ("# none yet\nsources: []\n", "Нови", f"# none yet\nsources:\n  - name: Нови\n    feeds:\n      - {NEW}\n"),
        ("sources:\n- name: А", "А", f"sources:\n- name: А\n  feeds:\n    - {NEW}\n"),
        ("sources:\r\n- name: А\r\n", "Нови", f"sources:\r\n- name: А\r\n- name: Нови\r\n  feeds:\r\n    - {NEW}\r\n"),
        (f"sources:\n- {{name: А, feeds: ['{A}']}} # x\n", "А", f"sources:\n- {{name: А, feeds: ['{A}', {NEW}]}} # x\n"),
        ("sources:\n- name: А\n  feeds: [] # none\n", "А", f"sources:\n- name: А\n  feeds: [{NEW}] # none\n"),
    ],
    ids=["to a source", "a new one", "no file", "an empty list", "no feeds", "CRLF", "a flow list", "an empty flow list"],
)
def test_a_feed_is_added_as_the_file_is_written(tmp_path: Path, text: str, name: str, expected: str) -> None:
    assert edited(tmp_path, text, source(name)) == expected


@pytest.mark.parametrize(
    ("text", "urls", "expected"),
    [
        (BLOCK, (A,), BLOCK.replace(f"      - {A}  # slow\n", "")),
        (BLOCK, (B,), BLOCK.replace(f"      - url: {B}\n        every: 5m   # fast\n", "")),
        (BLOCK, (A, B), "# the outlets\nsources: []\n  # the end\n"),
        (f"sources:\n- {{name: А, feeds: ['{A}', {B}]}}\n", (A,), f"sources:\n- {{name: А, feeds: [{B}]}}\n"),
        (f"sources:\n- name: А\n  feeds: [{A}]\n- name: Б\n  feeds: [{B}]\n", (A,), f"sources:\n- name: Б\n  feeds: [{B}]\n"),
    ],
    ids=["a line", "with its pace", "the last one", "of a flow list", "with its source"],
)
def test_a_feed_is_taken_out_and_its_source_with_the_last(
    tmp_path: Path, text: str, urls: tuple[str, ...], expected: str
) -> None:
    assert without(tmp_path, text, *urls) == expected


def test_a_pace_is_written_as_people_write_it(tmp_path: Path) -> None:
    text = edited(tmp_path, BLOCK, source("А", every=900.0), source("Нови", "http://c.example/", every=86_400.0))

    assert f"      - url: {NEW}\n        every: 15m\n" in text
    assert "      - url: http://c.example/\n        every: 1d\n" in text


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("sources: [{name: А, feeds: []}]\n", lambda folder: add(folder, [source()])),  # nowhere to put a block
        ("sources:\n- {name: А}\n", lambda folder: add(folder, [source("А")])),
        (f"sources:\n- name: А\n  feeds:\n  -\n    {A}\n  - {B}\n", lambda folder: remove(folder, [A])),
    ],
    ids=["all in one line", "a source in one line", "a dash by itself"],
)
def test_what_cannot_be_edited_safely_is_left_alone(tmp_path: Path, text: str, edit: Callable[[Path], None]) -> None:
    (tmp_path / "feeds.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(UserError, match="by hand"):
        edit(tmp_path)

    assert (tmp_path / "feeds.yaml").read_text(encoding="utf-8") == text
    assert not list(tmp_path.glob(".*"))


def test_a_feed_that_is_there_already_or_a_bad_address_changes_nothing(tmp_path: Path) -> None:
    for wrong in (source("А", A), source("Нови", "ftp://x"), source("x" * 300)):
        with pytest.raises(ConfigError):
            edited(tmp_path, BLOCK, wrong)
        assert (tmp_path / "feeds.yaml").read_text(encoding="utf-8") == BLOCK


def test_the_shipped_file_is_never_changed() -> None:
    with pytest.raises(UserError, match="name a folder of yours"):
        add(shipped(), [source()])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20), min_size=1, max_size=3)
)
def test_any_name_comes_back_as_it_went_in(tmp_path: Path, names: list[str]) -> None:
    names = list(dict.fromkeys(names))
    wanted = [source(name, f"http://{n}.example/a,b[]{{}}#&'") for n, name in enumerate(names)]
    try:
        edited(tmp_path, "sources: []\n", *wanted)
    except (ConfigError, UserError):
        return  # a name that YAML can't hold is refused

    found = load(tmp_path).sources

    assert [(each.name, each.feeds) for each in found] == [(each.name, each.feeds) for each in wanted]
