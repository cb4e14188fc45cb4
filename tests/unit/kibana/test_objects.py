"""The saved objects hold together: versions, references, panels, columns, and every field is in the index with a fitting type."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wirewatch.index.elastic.template import MAPPINGS
from wirewatch.kibana.objects import VERSIONS, ndjson, objects

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docker/kibana/wirewatch.ndjson"
TOP_LEVEL = {
    "index-pattern": {
        "title", "name", "timeFieldName", "allowNoIndex", "fieldFormatMap", "fieldAttrs", "sourceFilters", "runtimeFieldMap",
    },
    "search": {
        "title", "description", "columns", "sort", "grid", "hideChart", "isTextBasedQuery", "timeRestore",
        "kibanaSavedObjectMeta",
    },
    "dashboard": {
        "title", "description", "timeRestore", "timeFrom", "timeTo", "refreshInterval", "optionsJSON", "kibanaSavedObjectMeta",
        "controlGroupInput", "panelsJSON",
    },
}  # fmt: skip

every = pytest.mark.parametrize("each", objects(), ids=lambda each: each["id"])


def only(kind: str) -> dict[str, Any]:
    (found,) = (each for each in objects() if each["type"] == kind)
    return found


def panels() -> list[dict[str, Any]]:
    return list(json.loads(only("dashboard")["attributes"]["panelsJSON"]))


def lenses() -> Iterator[dict[str, Any]]:
    return (panel["embeddableConfig"]["attributes"] for panel in panels() if panel["type"] == "lens")


def test_the_file_for_import_by_hand_is_what_the_code_makes() -> None:
    assert FILE.read_bytes() == ndjson(objects())


def test_ids_are_ours_unique_and_of_their_space() -> None:
    ids = [each["id"] for each in objects("desk")]

    assert len(set(ids)) == len(ids)
    assert all(each.startswith("wirewatch-desk") for each in ids)
    assert not set(ids) & {each["id"] for each in objects()}


@every
def test_versions_are_the_pinned_ones_and_no_unknown_key_stands_at_the_top(each: dict[str, Any]) -> None:
    assert each["coreMigrationVersion"] == "8.8.0"
    assert each["typeMigrationVersion"] == VERSIONS[each["type"]]
    assert set(each["attributes"]) == TOP_LEVEL[each["type"]]


@every
def test_every_string_that_holds_json_parses(each: dict[str, Any]) -> None:
    def look(node: Any) -> int:
        if isinstance(node, dict):
            return sum(
                look(value) + (key.endswith("JSON") and isinstance(json.loads(value), dict | list)) for key, value in node.items()
            )
        return sum(map(look, node)) if isinstance(node, list) else 0

    assert look(each["attributes"]) >= (0 if each["type"] == "index-pattern" else 1)


def test_every_reference_is_used_and_leads_to_an_object() -> None:
    there = {(each["type"], each["id"]) for each in objects()}
    for each in objects():
        names = [reference["name"] for reference in each["references"]]
        assert len(set(names)) == len(names)
        assert {(reference["type"], reference["id"]) for reference in each["references"]} <= there
    dashboard = only("dashboard")
    used = {
        f"controlGroup_{name}:optionsListDataView"
        for name in json.loads(dashboard["attributes"]["controlGroupInput"]["panelsJSON"])
    }
    for panel in panels():
        if panel["type"] == "lens":
            used |= {f"{panel['panelIndex']}:{own['name']}" for own in panel["embeddableConfig"]["attributes"]["references"]}
        else:
            used.add(f"{panel['panelIndex']}:{panel['panelRefName']}")
    assert used == {reference["name"] for reference in dashboard["references"]}
    for search in (each for each in objects() if each["type"] == "search"):
        source = json.loads(search["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
        assert [source["indexRefName"]] == [reference["name"] for reference in search["references"]]


def test_panels_lie_inside_48_columns_and_none_over_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        grid = panel["gridData"]
        assert grid["i"] == panel["panelIndex"]
        cells = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}
        assert max(x for x, _ in cells) < 48
        assert not cells & taken
        taken |= cells


def test_columns_accessors_and_orders_of_each_picture_agree() -> None:
    for lens in lenses():
        layer = lens["state"]["datasourceStates"]["formBased"]["layers"]["l1"]
        columns = layer["columns"]
        assert layer["columnOrder"] == list(columns)
        picture = lens["state"]["visualization"]
        if "layers" in picture:
            (own,) = picture["layers"]
            assert {own["xAccessor"], own["splitAccessor"], *own["accessors"]} == set(columns)
        else:
            assert {each["columnId"] for each in picture["columns"]} == set(columns)
        for column in columns.values():
            if column["operationType"] == "terms":
                assert column["params"]["orderBy"]["columnId"] in columns


def test_every_field_is_in_the_index_with_a_fitting_type() -> None:
    fields = {name: mapping["type"] for name, mapping in MAPPINGS["properties"].items()}
    fields |= {
        f"{name}.{inner}": mapping["type"]
        for name, outer in MAPPINGS["properties"].items()
        for inner, mapping in outer.get("fields", {}).items()
    }
    for lens in lenses():
        for column in lens["state"]["datasourceStates"]["formBased"]["layers"]["l1"]["columns"].values():
            kinds = {"terms": "keyword", "unique_count": "keyword", "last_value": "keyword", "date_histogram": "date"}
            wanted = kinds.get(column["operationType"])
            assert wanted is None or fields[column["sourceField"]] == wanted
    controls = json.loads(only("dashboard")["attributes"]["controlGroupInput"]["panelsJSON"])
    assert {fields[each["explicitInput"]["fieldName"]] for each in controls.values()} == {"keyword"}
    for search in (each["attributes"] for each in objects() if each["type"] == "search"):
        assert set(search["columns"]) <= set(fields)
        assert {name for name, _ in search["sort"]} <= {*fields, "_score"}
    assert fields[only("index-pattern")["attributes"]["timeFieldName"]] == "date"


def test_the_two_entity_controls_are_on_the_same_field_so_that_both_must_hold() -> None:
    controls = json.loads(only("dashboard")["attributes"]["controlGroupInput"]["panelsJSON"])

    assert [each["explicitInput"]["fieldName"] for each in controls.values()].count("entities") == 2
