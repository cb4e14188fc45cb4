"""docker/compose.yaml, held to all that can be known without an engine: its schema, and that what it names is there."""

import json
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
ONE_OFF = {"setup", "state-setup", "bucket", "index-setup", "airflow-init"}
BUILT = {"wirewatch:local": "setup", "wirewatch-airflow:local": "airflow-init"}  # image → the service that builds it
OURS = {name for name, service in SERVICES.items() if service["image"] in BUILT}
AIRFLOW = {name for name in OURS if SERVICES[name]["image"] == "wirewatch-airflow:local"}
CONFIGURED = {name for name in OURS if "WIREWATCH_CONFIG" in SERVICES[name]["environment"]}
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
    secret = re.compile(r"(?i)(password|secret|_key|encryptionkey)(?!s_file)\w*[\"']?:\s+(?!\$\{|\s)\S")
    in_an_address = re.compile(r"://[^/\s:@]*:(?!\$\{)[^/\s@]*@")

    lines = [line.split("# ")[0] for line in (TEXT + KIBANA_TEXT).splitlines()]
    assert [line for line in lines if secret.search(line) or in_an_address.search(line)] == []


def test_git_holds_neither_the_passwords_nor_a_users_config() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "docker/.env", "docker/config/feeds.yaml"], cwd=ROOT, capture_output=True, text=True
    )

    assert ignored.stdout.split() == ["docker/.env", "docker/config/feeds.yaml"]


@each_service
def test_images_are_pinned_to_a_version_or_built_here(name: str) -> None:
    image = SERVICES[name]["image"]

    if name in OURS:
        assert SERVICES[name]["pull_policy"] == ("build" if name in BUILT.values() else "never")
    else:
        assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)?", image)


def test_each_of_our_images_is_built_once() -> None:
    built = {name: service["build"] for name, service in SERVICES.items() if "build" in service}

    assert {SERVICES[name]["image"]: name for name in built} == BUILT  # two builds of one tag would race
    assert {name: build["target"] for name, build in built.items()} == {"setup": "wirewatch", "airflow-init": "airflow"}
    for build in built.values():
        assert (DOCKER / build["context"] / build["dockerfile"]).resolve() == DOCKER / "Dockerfile"


@pytest.mark.parametrize("name", sorted(OURS))
def test_who_runs_an_image_of_ours_waits_for_the_one_that_builds_it(name: str) -> None:
    builder = BUILT[SERVICES[name]["image"]]
    before, seen = {name}, set[str]()
    while before:
        seen |= before
        before = {other for each in before for other in SERVICES[each].get("depends_on", {})} - seen

    assert builder in seen


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
    inside = re.sub(r"(?m)^.*(curl|publicBaseUrl|BASE_URL).*$", "", TEXT + KIBANA_TEXT)

    hosts = [host for host in re.findall(r"(?:http://|@)([a-z0-9.-]+):\d+", inside) if host != "127.0.0.1"]

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


@pytest.mark.parametrize("name", sorted(CONFIGURED - {"state-setup"}))
def test_wirewatch_signs_in_as_a_user_that_the_setup_makes(name: str) -> None:
    environment = SERVICES[name]["environment"]
    variable, _ = load("setup").USERS[environment["WIREWATCH_INDEX__USER"]]

    assert references(environment["WIREWATCH_INDEX__PASSWORD"]) == {variable}


@pytest.mark.parametrize("name", sorted(CONFIGURED))
def test_wirewatchs_settings_are_settings(name: str, tmp_path: Path) -> None:
    environment = {key: str(value) for key, value in SERVICES[name]["environment"].items() if key != "WIREWATCH_CONFIG"}

    read = settings(None, tmp_path, environment)

    assert read.main.state.url.startswith("postgresql+psycopg://wirewatch:")
    assert read.main.state.url.endswith("@postgres:5432/wirewatch")
    if name != "state-setup":
        assert read.main.index.url == "http://elasticsearch:9200"
        assert read.archive == "s3://wirewatch"


def test_whoever_keeps_the_archive_has_the_stores_address_and_keys() -> None:
    keepers = {
        name: service["environment"] for name, service in SERVICES.items() if "WIREWATCH_ARCHIVE__URL" in service["environment"]
    }
    store = SERVICES["store"]["environment"]

    assert set(keepers) == (CONFIGURED - {"state-setup"}) | {"bucket"}
    for environment in keepers.values():
        assert environment["AWS_ENDPOINT_URL"] == "http://store:7070"
        assert environment["AWS_ACCESS_KEY_ID"] == store["ROOT_ACCESS_KEY"]
        assert environment["AWS_SECRET_ACCESS_KEY"] == store["ROOT_SECRET_KEY"]
        assert environment["WIREWATCH_ARCHIVE__URL"] == f"s3://{SERVICES['bucket']['command'][0]}"


@pytest.mark.parametrize("name", ["index-setup", "wirewatch", "state-setup"])
def test_its_command_line_runs_up_to_the_server_that_is_missing_here(name: str, tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("sources: []\n")
    nowhere = "http://127.0.0.1:9"  # nothing listens on the discard port
    service = SERVICES[name]["environment"] | {"WIREWATCH_INDEX__PASSWORD": "x", "WIREWATCH_KIBANA__PASSWORD": "x"}
    service |= {"WIREWATCH_CONFIG": str(tmp_path), "WIREWATCH_HOME": str(tmp_path / "home"), "WIREWATCH_INDEX__URL": nowhere}
    service |= {"WIREWATCH_ARCHIVE__URL": "archive"}
    state = "postgresql+psycopg://wirewatch:x@127.0.0.1:9/wirewatch" if name == "state-setup" else "sqlite"
    service |= {"WIREWATCH_STATE__URL": state}

    program = Path(sys.executable).parent / "wirewatch"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WIREWATCH_")} | service
    ran = subprocess.run([program, *SERVICES[name]["command"]], env=environment, capture_output=True, text=True, timeout=60)

    assert ran.returncode == 1
    assert ran.stderr.startswith("wirewatch: ")
    assert "127.0.0.1:9" in ran.stderr


def test_airflow_or_one_container_drives_it_never_both() -> None:
    assert {name for name, service in SERVICES.items() if service.get("profiles") == ["airflow"]} == AIRFLOW
    assert [name for name, service in SERVICES.items() if service.get("profiles") == ["simple"]] == ["wirewatch"]
    assert {profile for service in SERVICES.values() for profile in service.get("profiles", [])} == {"airflow", "simple"}
    assert load("prepare").CHOICES["COMPOSE_PROFILES"] == "airflow"


@each_service
def test_it_depends_on_nobody_whom_its_profile_leaves_out(name: str) -> None:
    for other in SERVICES[name].get("depends_on", {}):
        assert SERVICES[other].get("profiles", SERVICES[name].get("profiles")) == SERVICES[name].get("profiles")


def test_a_page_that_a_person_opens_has_a_port_and_nothing_else_has_but_the_index() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert ports == {
        "elasticsearch": ["127.0.0.1:9200:9200"],
        "kibana": ["127.0.0.1:5601:5601"],
        "airflow-api-server": ["127.0.0.1:8080:8080"],
    }


@pytest.mark.parametrize("name", sorted(OURS | {"store"}))
def test_it_can_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_airflows_services_share_what_they_must_and_only_its_tasks_places_see_wirewatchs_secrets() -> None:
    shared = {key: value for key, value in SERVICES["airflow-init"]["environment"].items() if key.startswith("AIRFLOW__")}

    for name in AIRFLOW:
        environment = SERVICES[name]["environment"]
        assert {key: environment.get(key) for key in shared} == shared
        assert {"type": "volume", "source": "airflow", "target": "/var/lib/airflow"} in SERVICES[name]["volumes"]
    assert {"airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"} == AIRFLOW & CONFIGURED


def test_airflow_finds_its_api_server_and_its_database_by_their_services_names() -> None:
    environment = SERVICES["airflow-scheduler"]["environment"]

    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://airflow-api-server:8080/execution/"
    for key in ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"):
        assert environment[key].endswith("@postgres:5432/airflow")
        assert references(environment[key]) == {"AIRFLOW_DB_PASSWORD"}


def test_the_scheduler_may_take_longer_to_stop_than_the_longest_task() -> None:
    minutes = re.fullmatch(r"(\d+)m", SERVICES["airflow-scheduler"]["stop_grace_period"])

    assert minutes
    assert int(minutes[1]) > 10


def test_there_is_a_worker_for_every_slot_of_the_pools() -> None:
    pools = json.loads((DOCKER / "pools.json").read_text(encoding="utf-8"))

    parallel = int(SERVICES["airflow-scheduler"]["environment"]["AIRFLOW__CORE__PARALLELISM"])
    assert sum(pool["slots"] for pool in pools.values()) <= parallel


def test_airflow_knows_every_command_and_every_setting(tmp_path: Path) -> None:
    """What Airflow doesn't know it passes over in silence; a new version may have dropped it."""
    lines = [service["command"] for service in map(SERVICES.__getitem__, AIRFLOW) if service["command"]]
    lines += [
        line[1:]
        for name in AIRFLOW
        for kind, *line in [SERVICES[name].get("healthcheck", {}).get("test", [""])]
        if line[:1] == ["airflow"]
    ]
    lines += [list(step[1:]) for step in load("airflow_setup").STEPS]
    keys = sorted({key for name in AIRFLOW for key in SERVICES[name]["environment"] if key.startswith("AIRFLOW__")})
    asked = {"lines": lines, "keys": [key.lower().split("__")[1:] for key in keys]}

    environment = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
    ran = subprocess.run(
        [sys.executable, "-c", ASK_AIRFLOW],
        env=environment | {"AIRFLOW_HOME": str(tmp_path)},
        input=json.dumps(asked),
        capture_output=True,
        text=True,
    )

    assert len(lines) == 8
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1]) == []


ASK_AIRFLOW = """
import json, sys
from airflow.cli.cli_parser import get_parser
from airflow.configuration import conf
asked = json.load(sys.stdin)
for line in asked["lines"]:
    get_parser().parse_args(line)  # ends with 2 at what it doesn't know
known = conf.configuration_description
print(json.dumps([each for each in asked["keys"] if each[1] not in known.get(each[0], {}).get("options", {})]))
"""


def test_make_up_and_make_down_are_what_the_readme_says(tmp_path: Path) -> None:
    ran = subprocess.run(["make", "--dry-run", "up", "down"], cwd=ROOT, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr
    assert "docker/prepare.py" in ran.stdout
    assert "docker compose --env-file docker/.env --file docker/compose.yaml up --build --detach" in ran.stdout
    assert "docker compose --env-file docker/.env --file docker/compose.yaml down" in ran.stdout
    assert "--volumes" not in ran.stdout  # stopping loses nothing


@pytest.mark.parametrize("name", ["elasticsearch", "kibana", "store"])
def test_the_health_checks_are_lines_that_a_shell_takes(name: str) -> None:
    kind, line = SERVICES[name]["healthcheck"]["test"]

    assert kind == "CMD-SHELL"
    assert subprocess.run(["sh", "-n", "-c", line]).returncode == 0


def test_the_readme_names_every_service_volume_and_version_that_there_is() -> None:
    readme = (DOCKER / "README.md").read_text(encoding="utf-8")

    assert [name for name in SERVICES if f"| `{name}` |" not in readme] == []
    assert [name for name in COMPOSE["volumes"] if f"`wirewatch_{name}`" not in readme] == []
    assert [link for link in re.findall(r"\]\((?!https?:|#)([^)]+)", readme) if not (DOCKER / link).exists()] == []
