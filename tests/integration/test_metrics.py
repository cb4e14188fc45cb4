"""`wirewatch metrics` on a state that a real run left."""

import json
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from tests.cli import Cli, on_site
from wirewatch.demo.site import SampleSite
from wirewatch.metrics import METRICS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """The sample site after one run."""
    with SampleSite() as site:
        cli = on_site(site, tmp_path_factory.mktemp("sample"))
        cli("run", "--once")
        (cli.config / "feeds.yaml").write_text(
            site.feeds_yaml() + "  - {name: away, feeds: ['http://127.0.0.1:9/rss']}\n", encoding="utf-8"
        )
        cli("run", "--once", code=(0, 1))
        yield cli


def samples(text: str) -> list[Sample]:
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def value(found: list[Sample], name: str, **labels: str) -> float:
    """The one sample of that name and these labels."""
    values = [sample.value for sample in found if sample.name == name and sample.labels == labels]
    assert len(values) == 1, (name, labels)
    return values[0]


def test_every_metric_is_printed(sample: Cli) -> None:
    assert {found.name for found in samples(sample("metrics"))} == {metric.name for metric in METRICS}


def test_what_rules_and_dashboard_name_is_printed(sample: Cli) -> None:
    rules = yaml.safe_load((ROOT / "docker/prometheus/rules.yml").read_text(encoding="utf-8"))
    dashboard = json.loads((ROOT / "docker/grafana/wirewatch.json").read_text(encoding="utf-8"))
    named = set(re.findall(r"wirewatch_\w+", json.dumps([rules, dashboard["panels"], dashboard["templating"]])))

    assert len(named) > 10
    assert named - {found.name for found in samples(sample("metrics"))} == set()


def test_the_numbers_are_those_of_status(sample: Cli) -> None:
    found, status = samples(sample("metrics")), sample.rows("status")[0]

    feeds = status["feeds"]
    assert value(found, "wirewatch_feeds", state="ok") == feeds["ok"] > 0
    assert value(found, "wirewatch_feeds", state="failing") == feeds["failing"] == 1
    assert value(found, "wirewatch_feeds_silent") == feeds["silent"]
    assert {each.labels["reason"]: each.value for each in found if each.name == "wirewatch_feeds_failing"} == feeds[
        "failing_by_reason"
    ]
    assert value(found, "wirewatch_queue_waiting", stage="poll") == feeds["total"]
    assert value(found, "wirewatch_queue_waiting", stage="fetch") == status["articles"]["queued"]
    assert value(found, "wirewatch_recent_setbacks", stage="fetch", outcome="skipped", reason="robots") == 1
    articles = status["articles"]["matched"]
    assert value(found, "wirewatch_outcomes_total", stage="index", outcome="indexed") == articles
    assert value(found, "wirewatch_index_lag_articles") == articles
    assert value(found, "wirewatch_messages_total", channel="desk", outcome="sent") == len(sample.told())
    assert 0 < value(found, "wirewatch_index_lag_seconds", percentile="50") < 300


def test_no_label_holds_what_others_wrote(sample: Cli) -> None:
    values = {text for found in samples(sample("metrics")) for text in found.labels.values()}

    assert [text for text in values if not re.fullmatch(r"[a-z0-9. -]+", text)] == []


def test_a_written_file_is_whole_readable_by_others_and_alone(sample: Cli, tmp_path: Path) -> None:
    file = tmp_path / "wirewatch.prom"
    file.write_text("old")

    said = sample("metrics", "--write", str(file))

    assert said == ""
    assert {found.name for found in samples(file.read_text(encoding="utf-8"))} == {metric.name for metric in METRICS}
    assert file.stat().st_mode & 0o044
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_isnt_there_is_said_in_one_line(sample: Cli, tmp_path: Path) -> None:
    process = sample.start("metrics", "--write", str(tmp_path / "none" / "wirewatch.prom"))

    _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert err.count("\n") == 1
    assert "No such file or directory" in err


@pytest.fixture
def server(sample: Cli) -> Iterator["tuple[subprocess.Popen[str], str]"]:
    """`wirewatch metrics --serve`, and its address."""
    process = sample.start("metrics", "--serve", "127.0.0.1:0")
    assert process.stderr is not None
    line = process.stderr.readline()
    yield process, line.split()[2].removesuffix(";")
    process.kill()
    process.communicate()


def test_a_scrape_is_answered_and_sigterm_ends_it(server: "tuple[subprocess.Popen[str], str]") -> None:
    process, url = server

    with urllib.request.urlopen(url, timeout=30) as answer:
        found = samples(answer.read().decode())

    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert value(found, "wirewatch_up") == 1
    assert {each.name for each in found} == {metric.name for metric in METRICS}
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


def test_a_state_that_breaks_while_it_is_served_is_told_as_such(tmp_path: Path) -> None:
    with SampleSite() as site:
        cli = on_site(site, tmp_path)
    process = cli.start("metrics", "--serve", "127.0.0.1:0")
    assert process.stderr is not None
    url = process.stderr.readline().split()[2].removesuffix(";")
    for file in cli.home.glob("state.db*"):
        file.write_bytes(b"no database" * 1000)

    with urllib.request.urlopen(url, timeout=30) as answer:
        found = samples(answer.read().decode())
    process.terminate()
    process.communicate()

    assert [(each.name, each.value) for each in found] == [("wirewatch_up", 0)]


@pytest.mark.parametrize("address", ["9464", "host:", "http://127.0.0.1:9464", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_said_in_one_line(sample: Cli, address: str) -> None:
    assert sample("metrics", "--serve", address, code=2).count("\n") == 1


def test_an_address_that_is_taken_is_said_in_one_line(sample: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = sample("metrics", "--serve", f"127.0.0.1:{taken.getsockname()[1]}", code=2)

    assert said.count("\n") == 1
    assert "in use" in said


def test_to_write_and_to_serve_is_a_mistake(sample: Cli, tmp_path: Path) -> None:
    assert "exclude" in sample("metrics", "--write", str(tmp_path / "a"), "--serve", "127.0.0.1:0", code=2)
