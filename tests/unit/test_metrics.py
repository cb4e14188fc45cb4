"""docs/metrics.md, the alert rules and the dashboard name what the code has, and each of them by what it is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from wirewatch.metrics import METRICS, OUTCOMES
from wirewatch.pipeline import STAGES
from wirewatch.state.measures import QUEUES

ROOT = Path(__file__).parents[2]
RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "docker/prometheus/rules.yml").read_text(encoding="utf-8"))["groups"][0][
    "rules"
]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "docker/grafana/wirewatch.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
BY_NAME = {metric.name: metric for metric in METRICS}
EXPRESSIONS = [rule["expr"] for rule in RULES] + [target["expr"] for panel in PANELS for target in panel["targets"]]
OF_PROMETHEUS = {"instance"}  # a label that the scrape adds


def test_the_docs_have_each_metric_with_its_labels_unit_and_meaning() -> None:
    docs = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in docs.splitlines() if line.startswith("| `wirewatch_")
    ]

    assert rows == [
        [f"`{metric.name}`", ", ".join(f"`{label}`" for label in metric.labels), metric.unit, metric.meaning]
        for metric in METRICS
    ]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_follow_prometheus(metric: Any) -> None:
    assert re.fullmatch(r"wirewatch(_[a-z]+)+", metric.name)
    assert metric.name.endswith("_seconds") == metric.unit.startswith("s")
    assert not metric.name.endswith(("_count", "_sum", "_bucket"))
    assert {"quantile", "le"}.isdisjoint(metric.labels)


def test_each_stage_has_its_outcomes() -> None:
    assert tuple(OUTCOMES) == STAGES
    assert {"poll", "tell", *QUEUES} == set(STAGES)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_names_metrics_and_their_labels(expression: str) -> None:
    assert re.search("wirewatch_", expression)
    for name, selector in re.findall(r"(wirewatch_\w+)(?:\{([^}]*)\})?", expression):
        metric = BY_NAME[name]
        named = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
        assert named <= {*metric.labels, *OF_PROMETHEUS}
    grouped = {label.strip() for labels in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression) for label in labels.split(",")}
    labels = {label for name in re.findall(r"wirewatch_\w+", expression) for label in BY_NAME[name].labels}
    assert grouped <= labels | OF_PROMETHEUS
    for brackets in ("()", "{}", "[]"):
        assert expression.count(brackets[0]) == expression.count(brackets[1])


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_counters_are_looked_at_by_their_rise_and_gauges_as_they_are(expression: str) -> None:
    risen = set(re.findall(r"(?:rate|increase)\((wirewatch_\w+)", expression))

    assert risen == {name for name in re.findall(r"wirewatch_\w+", expression) if name.endswith("_total")}


def test_a_stage_or_outcome_that_is_selected_is_one_that_is_told() -> None:
    known = {
        "stage": {*STAGES},
        "outcome": {outcome for each in OUTCOMES.values() for outcome in each},
        "state": {"ok", "failing", "unpolled", "inactive"},
        "percentile": {"50", "95"},
    }
    for expression in EXPRESSIONS:
        for label, text in re.findall(r'(\w+)(?:=~|!=|=)"([^"$]+)"', expression):
            assert label == "reason" or set(text.split("|")) <= known[label], expression


def test_a_reason_that_is_alerted_on_is_one_of_ours() -> None:
    from wirewatch.errors import Reason

    patterns = [text for rule in RULES for text in re.findall(r'reason=~"([^"]+)"', rule["expr"])]
    assert patterns
    for pattern in patterns:
        met = {reason for reason in Reason if re.fullmatch(pattern, reason)}
        assert {"rejected", "archive-lost", "poison", "bug", "extract-crash", "extract-memory", "extract-timeout"} == met


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_says_how_bad_it_is_and_what_happened(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert re.fullmatch(r"\d+[mh]", rule.get("for", "0m"))
    assert rule["annotations"]["summary"]
    said = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    assert said <= {label for name in re.findall(r"wirewatch_\w+", rule["expr"]) for label in BY_NAME[name].labels}


def test_the_rules_have_names_of_their_own() -> None:
    names = [rule["alert"] for rule in RULES]

    assert len(names) == len(set(names)) > 0


def test_the_dashboards_panels_lie_side_by_side_and_none_on_another() -> None:
    cells: list[tuple[int, int]] = []
    for panel in PANELS:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells += [(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])]

    assert len(cells) == len(set(cells))
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


def test_the_dashboard_reads_the_prometheus_that_is_chosen() -> None:
    variables = {variable["name"] for variable in DASHBOARD["templating"]["list"]}

    assert variables == {"datasource", "instance"}
    assert set(re.findall(r"\$\{?(\w+)", json.dumps(DASHBOARD))) - {"__all"} == variables
    assert {target["datasource"]["uid"] for panel in PANELS for target in panel["targets"]} == {"${datasource}"}


def test_a_legend_names_labels_that_the_series_has() -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            wanted = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            by = re.findall(r"by \(([^)]*)\)", target["expr"])
            labels = set(BY_NAME[re.findall(r"wirewatch_\w+", target["expr"])[0]].labels)
            assert wanted <= ({label.strip() for label in by[0].split(",")} if by else labels), panel["title"]
