"""docker/compose.yaml, held to all that can be known without an engine: its schema, and that what it names is there."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.docker.scripts import DOCKER, ROOT, load
from wirewatch.settings import load as settings

FILE = DOCKER / "compose.yaml"
TEXT = FILE.read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
KIBANA_TEXT = (DOCKER / "kibana.yml").read_text(encoding="utf-8")
KIBANA: dict[str, Any] = yaml.safe_load(KIBANA_TEXT)
MADE = load("prepare").VARIABLES
ONE_OFF = {"setup", "index-setup"}
each_service = pytest.mark.parametrize("name", SERVICES)


def references(text: str) -> set[str]:
    """The variables that compose replaces in a text."""
    return set(re.findall(r"(?<!\$)\$\{?([A-Z_]+)", text))


def test_the_compose_specification_allows_every_key() -> None:
    check = Path(sys.executable).parent / "check-jsonschema"

    ran = subprocess.run([check, "--builtin-schema", "vendor.compose-spec", FILE], capture_output=True, text=True)

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_schema_check_sees_a_wrong_key(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(TEXT.replace("mem_limit:", "memory_limit:"))

    ran = subprocess.run(
        [Path(sys.executable).parent / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", wrong], capture_output=True
    )

    assert ran.returncode == 1


def test_every_variable_is_made_by_make_up_and_none_is_made_in_vain() -> None:
    assert references(TEXT) == set(MADE)


def test_an_unset_variable_stops_compose_instead_of_meaning_an_empty_password() -> None:
    assert re.findall(r"\$\{[A-Z_]+(?!\w|:\?)[^}]*\}", TEXT) == []
    assert re.findall(r"(?<!\$)\$[A-Z_]+", TEXT) == []


def test_no_secret_stands_in_a_file_of_ours() -> None:
    secret = re.compile(r"(?i)(password|secret|_key|encryptionkey)\w*[\"']?:\s+(?!\$\{|\s)\S")

    lines = [line.split("# ")[0] for line in (TEXT + KIBANA_TEXT).splitlines()]
    assert [line for line in lines if secret.search(line)] == []


def test_git_holds_neither_the_passwords_nor_a_users_config() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "docker/.env", "docker/config/feeds.yaml"], cwd=ROOT, capture_output=True, text=True
    )

    assert ignored.stdout.split() == ["docker/.env", "docker/config/feeds.yaml"]


@each_service
def test_images_are_pinned_to_a_version_or_built_here(name: str) -> None:
    image = SERVICES[name]["image"]

    if image == "wirewatch:local":
        assert SERVICES[name]["pull_policy"] in ("build", "never")
    else:
        assert re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+", image)


def test_our_image_is_built_once() -> None:
    built = {name: service["build"] for name, service in SERVICES.items() if "build" in service}

    assert list(built) == ["setup"]  # the first of the three that starts; two builds of one tag would race
    assert (DOCKER / built["setup"]["context"] / built["setup"]["dockerfile"]).resolve() == DOCKER / "Dockerfile"


def test_elasticsearch_and_kibana_are_of_one_version_of_the_line_we_test() -> None:
    from tests.es import VERSION

    versions = {SERVICES[name]["image"].split(":")[1] for name in ("elasticsearch", "kibana")}

    assert len(versions) == 1
    assert versions.pop().split(".")[:2] == VERSION.split(".")[:2]


@each_service
def test_volumes_networks_and_other_services_that_it_names_exist(name: str) -> None:
    service = SERVICES[name]

    for mount in service.get("volumes", []):
        if mount["type"] == "volume":
            assert mount["source"] in COMPOSE["volumes"]
        else:
            assert mount["read_only"] is True
            assert mount["bind"] == {"create_host_path": False}  # else the engine makes an empty folder in its place
            assert mount["source"] == "./config" or (DOCKER / mount["source"]).is_file()
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service.get("depends_on", {})) <= set(SERVICES)


def test_no_volume_and_no_network_is_there_for_nobody() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]

    assert {mount["source"] for mount in mounts if mount["type"] == "volume"} == set(COMPOSE["volumes"])
    assert {each for service in SERVICES.values() for each in service["networks"]} == set(COMPOSE["networks"])


@each_service
def test_who_is_waited_for_can_fulfil_the_condition(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_completed_successfully":
            assert other in ONE_OFF
        else:
            assert how["condition"] == "service_healthy"
            assert "healthcheck" in SERVICES[other]


@each_service
def test_only_this_machine_reaches_a_port(name: str) -> None:
    assert [port for port in SERVICES[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@each_service
def test_memory_and_logs_have_an_end(name: str) -> None:
    assert re.fullmatch(r"\d+[mg]", SERVICES[name]["mem_limit"])
    assert set(SERVICES[name]["logging"]["options"]) == {"max-size", "max-file"}


@each_service
def test_it_runs_on_and_is_watched_or_runs_once(name: str) -> None:
    service = SERVICES[name]

    assert service["restart"] == ("no" if name in ONE_OFF else "unless-stopped")
    assert ("healthcheck" in service) == (name not in ONE_OFF)


def test_elasticsearch_guards_itself_and_has_half_its_memory_for_files() -> None:
    environment = SERVICES["elasticsearch"]["environment"]

    assert environment["xpack.security.enabled"] == "true"
    assert environment["ES_JAVA_OPTS"] == "-Xms1g -Xmx1g"
    assert SERVICES["elasticsearch"]["mem_limit"] == "2g"


def test_addresses_inside_are_names_of_services() -> None:
    inside = re.sub(r"(?m)^.*(curl|publicBaseUrl).*$", "", TEXT + KIBANA_TEXT)

    hosts = re.findall(r"http://([a-z0-9.-]+):\d+", inside)

    assert hosts
    assert set(hosts) <= set(SERVICES)


def test_kibana_is_passed_every_variable_that_its_file_names() -> None:
    named = references(KIBANA_TEXT.replace("${NAME}", ""))

    assert named == set(SERVICES["kibana"]["environment"])


def test_kibanas_search_options_are_those_it_knows() -> None:
    """Kibana checks overrides when it starts, and one key too many keeps it from starting.

    These are the keys of `query:queryString:options` in its src/platform/plugins/shared/data/server/ui_settings.ts.
    """
    known = {"default_field", "allow_leading_wildcard", "analyze_wildcard", "analyzer", "default_operator", "lenient"}

    options = yaml.safe_load(KIBANA["uiSettings.overrides"]["query:queryString:options"])

    assert set(options) <= known
    assert options == {"analyze_wildcard": True, "default_operator": "AND"}


def test_kibanas_keys_are_long_enough() -> None:
    keys = {value[2:-1] for name, value in KIBANA.items() if name.endswith("encryptionKey")}

    assert len(keys) == 3
    assert [name for name in keys if MADE[name] * 2 < 32] == []  # bytes, written as hex


def test_the_setup_is_given_every_password_that_it_sets() -> None:
    passwords = {variable for variable, _ in load("setup").USERS.values()} | {"ELASTIC_PASSWORD", "KIBANA_PASSWORD"}

    assert set(SERVICES["setup"]["environment"]) == passwords | {"ELASTICSEARCH_URL"}


@pytest.mark.parametrize("name", ["index-setup", "wirewatch"])
def test_wirewatch_signs_in_as_a_user_that_the_setup_makes(name: str) -> None:
    environment = SERVICES[name]["environment"]
    variable, _ = load("setup").USERS[environment["WIREWATCH_INDEX__USER"]]

    assert references(environment["WIREWATCH_INDEX__PASSWORD"]) == {variable}


@pytest.mark.parametrize("name", ["index-setup", "wirewatch"])
def test_wirewatchs_settings_are_settings(name: str, tmp_path: Path) -> None:
    environment = {key: str(value) for key, value in SERVICES[name]["environment"].items() if key != "WIREWATCH_CONFIG"}

    read = settings(None, tmp_path, environment)

    assert read.main.index.url == "http://elasticsearch:9200"


@pytest.mark.parametrize("name", ["index-setup", "wirewatch"])
def test_its_command_line_runs_up_to_the_server_that_is_missing_here(name: str, tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("sources: []\n")
    service = SERVICES[name]["environment"] | {"WIREWATCH_INDEX__PASSWORD": "x", "WIREWATCH_KIBANA__PASSWORD": "x"}
    service |= {"WIREWATCH_CONFIG": str(tmp_path), "WIREWATCH_HOME": str(tmp_path / "home")}
    service |= {"WIREWATCH_INDEX__URL": "http://127.0.0.1:9"}  # nothing listens on the discard port

    program = Path(sys.executable).parent / "wirewatch"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WIREWATCH_")} | service
    ran = subprocess.run([program, *SERVICES[name]["command"]], env=environment, capture_output=True, text=True, timeout=60)

    assert ran.returncode == 1
    assert ran.stderr.startswith("wirewatch: http://127.0.0.1:9 can't be reached")


def test_make_up_and_make_down_are_what_the_readme_says(tmp_path: Path) -> None:
    ran = subprocess.run(["make", "--dry-run", "up", "down"], cwd=ROOT, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr
    assert "docker/prepare.py" in ran.stdout
    assert "docker compose --env-file docker/.env --file docker/compose.yaml up --build --detach" in ran.stdout
    assert "docker compose --env-file docker/.env --file docker/compose.yaml down" in ran.stdout
    assert "--volumes" not in ran.stdout  # stopping loses nothing


@pytest.mark.parametrize("name", ["elasticsearch", "kibana"])
def test_the_health_checks_are_lines_that_a_shell_takes(name: str) -> None:
    kind, line = SERVICES[name]["healthcheck"]["test"]

    assert kind == "CMD-SHELL"
    assert subprocess.run(["sh", "-n", "-c", line]).returncode == 0


def test_the_readme_names_every_service_volume_and_version_that_there_is() -> None:
    readme = (DOCKER / "README.md").read_text(encoding="utf-8")

    assert [name for name in SERVICES if f"| `{name}` |" not in readme] == []
    assert [name for name in COMPOSE["volumes"] if f"`wirewatch_{name}`" not in readme] == []
    assert [link for link in re.findall(r"\]\((?!https?:|#)([^)]+)", readme) if not (DOCKER / link).exists()] == []
