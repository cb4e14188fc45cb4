"""A config folder is read whole; every mistake names its file, line and field, and what would be right."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from wirewatch.errors import ConfigError, UserError
from wirewatch.model import ChannelPlan
from wirewatch.settings import load

SOUND = {
    "wirewatch.toml": '[fetch]\ncontact = "desk@example.org"\n[channels]\nnewsroom = "json://127.0.0.1:9/x"\n',
    "feeds.yaml": "sources:\n  - name: РТС\n    language: sr\n    feeds:\n      - https://rts.example/rss\n"
    "      - url: https://rts.example/map.xml\n        every: 5m\n",
    "watches.yaml": "watches:\n  - name: kim-putin\n    query: 'Kim AND Putin'\n    channels: [newsroom]\n",
}


def folder(tmp_path: Path, **changes: str) -> Path:
    for name, text in SOUND.items():
        (tmp_path / name).write_text(changes.get(name.split(".")[0], text), encoding="utf-8")
    return tmp_path


def problems(tmp_path: Path, **changes: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder(tmp_path, **changes), environment={})
    return [line.replace(f"{tmp_path}/", "config/") for line in caught.value.problems]


def test_a_source_of_lists_asks_for_rather_too_much_text(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("sources:\n  - name: Forum\n    extract: recall\n  - name: Paper\n", encoding="utf-8")

    assert [(source.name, source.recall) for source in load(tmp_path, environment={}).sources] == [
        ("Forum", True),
        ("Paper", False),
    ]


def test_a_sound_folder_is_what_it_says(tmp_path: Path) -> None:
    settings = load(folder(tmp_path), environment={})

    assert [(source.name, source.language, [(f.url, f.every) for f in source.feeds]) for source in settings.sources] == [
        ("РТС", "sr", [("https://rts.example/rss", None), ("https://rts.example/map.xml", 300.0)])
    ]
    assert settings.watches[0].query == "Kim AND Putin"
    assert settings.channels == {"newsroom": ("json://127.0.0.1:9/x",)}
    assert settings.main.fetch.contact == "desk@example.org"
    assert settings.home == tmp_path / "data"


def test_files_that_are_missing_mean_the_shipped_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path, environment={})

    assert len([feed for source in settings.sources for feed in source.feeds]) == 12
    assert "russia-north-korea" in {topic.id for topic in settings.topics}
    assert len(settings.entities) >= 25


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environment = {"WIREWATCH_FETCH__PER_HOST_DELAY": "0.5", "WIREWATCH_FETCH__ALLOW_NETWORKS": '["127.0.0.0/8"]'}

    settings = load(folder(tmp_path), environment=environment)

    assert settings.main.fetch.per_host_delay == 0.5
    assert settings.main.fetch.allow_networks == ("127.0.0.0/8",)


def test_a_wrong_value_of_the_environment_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(folder(tmp_path), environment={"WIREWATCH_INDEX__URL": "elsewhere"})

    assert caught.value.problems == [
        "environment: WIREWATCH_INDEX__URL: 'elsewhere' is no index; write embedded, or http(s)://host:9200"
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"watches": "watches:\n  - name: a\n  - name: b\n    query: 'Kim AND'\n"},
            "config/watches.yaml:4: watches[1].query: ",
        ),
        (
            {"watches": "watches:\n  - name: a\n    channels: [newsrom]\n"},
            "config/watches.yaml:3: watches[0].channels: 'newsrom' is not in wirewatch.toml [channels]",
        ),
        (
            {"watches": "watches:\n  - name: a\n    topic: no-such\n"},
            "config/watches.yaml:3: watches[0].topic: 'no-such' is not in topics.yaml",
        ),
        (
            {"watches": "watches:\n  - name: a\n    chanels: [newsroom]\n"},
            "config/watches.yaml:3: watches[0].chanels: unknown key; watches.yaml knows name, query, topic, entities, languages, "
            "sources, channels",
        ),
        (
            {"watches": "watches:\n  - name: a\n  - name: a\n"},
            "config/watches.yaml:3: watches[1].name: 'a' stands here a second time",
        ),
        (
            {"feeds": "sources:\n  - name: a\n    feeds:\n      - rts.rs/rss\n"},
            "config/feeds.yaml:4: sources[0].feeds[0].url: 'rts.rs/rss' is no web address; write http://… or https://…",
        ),
        (
            {"feeds": "sources:\n  - name: a\n    feeds:\n      - url: http://a.example/\n        every: 5 mins\n"},
            "config/feeds.yaml:5: sources[0].feeds[0].every: '5 mins' is no pace; write 30s, 5m, 1h or 1d",
        ),
        ({"feeds": "sources:\n  - feeds: []\n"}, "config/feeds.yaml:2: sources[0].name: is missing"),
        ({"feeds": "sources: [\n"}, "config/feeds.yaml:2: not YAML: "),
        ({"feeds": "sources: &a\n  - *a\n"}, "config/feeds.yaml:2: not YAML: aliases (*name) are not allowed here"),
        ({"feeds": "sources: []\nsources: []\n"}, "config/feeds.yaml:2: sources: stands here a second time"),
        ({"wirewatch": "[fetch]\n\ntimeout = -1\n"}, "config/wirewatch.toml:3: fetch.timeout: input should be greater than 0"),
        ({"wirewatch": "[fetch\n"}, "config/wirewatch.toml:1: not TOML: "),
        ({"wirewatch": '[channels.newsroom]\ndigest = "30m"\n'}, "config/wirewatch.toml:1: channels.newsroom.url: is missing"),
        (
            {"wirewatch": "[channels]\nnewsroom = 5\n"},
            "config/wirewatch.toml:2: channels.newsroom: is no address; write one in quotes, or several in brackets",
        ),
        (
            {"wirewatch": '[channels.newsroom]\nurl = "json://h"\nquiet = "night"\n'},
            "config/wirewatch.toml:3: channels.newsroom.quiet: 'night' are no hours; write 22:00-07:00",
        ),
        (
            {"wirewatch": '[channels.newsroom]\nurl = "json://h"\ntimezone = "Belgrade"\n'},
            "config/wirewatch.toml:3: channels.newsroom.timezone: 'Belgrade' is no time zone; write UTC or Europe/Belgrade",
        ),
        (
            {"wirewatch": '[channels.newsroom]\nurl = "json://h"\nrate = "10"\n'},
            "config/wirewatch.toml:3: channels.newsroom.rate: '10' is no rate; write 10/h",
        ),
        (
            {"wirewatch": '[channels.newsroom]\nurl = "json://h"\ndigest = "daily 8"\n'},
            "config/wirewatch.toml:3: channels.newsroom.digest: 'daily 8' is no time for a digest; write 30m",
        ),
        (
            {"wirewatch": '[channels.newsroom]\nurl = "json://h"\nsecret = "env:NO_SUCH"\n'},
            "config/wirewatch.toml:3: channels.newsroom.secret: env:NO_SUCH: not set in the environment",
        ),
        (
            {"wirewatch": '[channels]\nx = "env:NO_SUCH"\n'},
            "config/wirewatch.toml:2: channels.x: env:NO_SUCH: not set in the environment",
        ),
    ],
)
def test_a_mistake_names_file_line_field_and_what_would_be_right(tmp_path: Path, changes: dict[str, str], says: str) -> None:
    assert any(line.startswith(says) for line in problems(tmp_path, **changes)), problems(tmp_path, **changes)


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, feeds="sources:\n  - nam: a\n", wirewatch="[fetch]\ntimeot = 1\n", watches="watches: {}\n")

    assert {line.split(":")[0] for line in found} == {"config/feeds.yaml", "config/wirewatch.toml", "config/watches.yaml"}


def test_a_secret_is_read_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("json://from-a-file/\n", encoding="utf-8")
    toml = f'[channels]\na = "env:HOOK"\nb = "file:{tmp_path}/key"\nnewsroom = "file:///var/log/alerts"\n'

    settings = load(folder(tmp_path, wirewatch=toml), environment={"HOOK": "json://from-the-environment/"})

    assert settings.channels["a"] == ("json://from-the-environment/",)
    assert settings.channels["b"] == ("json://from-a-file/",)
    assert settings.channels["newsroom"] == ("file:///var/log/alerts",)


def test_a_folder_that_does_not_exist_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="wirewatch init"):
        load(tmp_path / "none", environment={})


def test_a_channel_may_be_an_address_or_a_table_with_a_plan(tmp_path: Path) -> None:
    table = 'url = ["json://h/1", "json://h/2"]\ndigest = "daily 08:00"\nquiet = "22:00-07:00"\ntimezone = "Europe/Belgrade"\n'
    toml = f'[channels]\nplain = "json://h"\n[channels.newsroom]\n{table}rate = "10/h"\nsecret = "file:{tmp_path}/key"\n'
    (tmp_path / "key").write_text("hush\n", encoding="utf-8")

    settings = load(folder(tmp_path, wirewatch=toml), environment={})

    assert settings.channels == {"plain": ("json://h",), "newsroom": ("json://h/1", "json://h/2")}
    assert settings.plans["plain"] == ChannelPlan()
    assert settings.plans["newsroom"] == ChannelPlan(
        daily=time(8), quiet=(time(22), time(7)), zone="Europe/Belgrade", rate=(10, timedelta(hours=1)), secret="hush"
    )
    assert "hush" not in repr(settings.plans)


def test_a_wrong_key_hides_no_other_mistake(tmp_path: Path) -> None:
    rows = "- {name: kim, at_least: 3, query: Kim and Putin, channels: [nope]}\n- {name: kim, languages: [sr-Latn]}"
    (tmp_path / "watches.yaml").write_text(f"watches:\n{rows}\n", encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load(tmp_path, environment={})

    where = [line.removeprefix(f"{tmp_path}/").split(": ")[1] for line in caught.value.problems]
    assert sorted(where) == [
        "watches[0].at_least",
        "watches[0].channels",
        "watches[0].query",
        "watches[1].languages[0]",
        "watches[1].name",
    ]


def test_what_is_wrong_with_a_row_as_a_whole_is_told_alone(tmp_path: Path) -> None:
    (tmp_path / "watches.yaml").write_text("watches: [kim, {query: Kim, channels: [nope]}, {name: B}]", encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load(tmp_path, environment={})

    assert len(caught.value.problems) == 3
