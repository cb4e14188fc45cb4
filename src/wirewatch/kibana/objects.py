"""The saved objects as plain dicts: data view, saved searches, dashboard.

The formats are those of Kibana's stored objects; the versions are the oldest whose schema has our keys, so that every 9.x
migrates them (Kibana study, 2026-11, read from its source: no live Kibana was tried).

    python -m wirewatch.kibana.objects > docker/kibana/wirewatch.ndjson
"""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

Object = dict[str, Any]

ALIAS = "wirewatch-articles"
VERSIONS = {"index-pattern": "8.0.0", "search": "10.1.0", "dashboard": "10.1.0"}
SOURCE = "kibanaSavedObjectMeta.searchSourceJSON.index"
HINT = "Search in Lucene syntax: Kim AND Putin. In KQL write: Kim and Putin. Save as another name before you change it."
CONTROLS = (
    ("entity", "entities", "Entity"),
    ("entity2", "entities", "and also"),
    ("name", "entity_names", "Entity by name"),
    ("topic", "topics", "Topic"),
    ("language", "language", "Language"),
    ("source", "source", "Source"),
)
COLUMNS = ("title", "source", "language", "url", "published_at")
SEARCHES = (  # id, title, Lucene query, sort, more columns
    ("latest", "Wirewatch: latest", "", [["published_at", "desc"]], ()),
    ("relevance", "Wirewatch: by relevance", "", [["_score", "desc"]], ()),
    (
        "russia-north-korea",
        "Wirewatch: Russia and North Korea",
        "topics:russia-north-korea",
        [["published_at", "desc"]],
        ("topic_reasons",),
    ),
    ("stories", "Wirewatch: stories, first tellings only", "is_copy:false", [["published_at", "desc"]], ("story_id",)),
)
HISTOGRAMS = (("topics", "Articles over time, by topic"), ("language", "Articles over time, by language"))
TABLES = (("source", "Top sources"), ("people", "Top people"), ("places", "Top places"))


def objects(space: str = "default", alias: str = ALIAS) -> list[Object]:
    """Everything, for one space: ids are unique across spaces, so the space is in ours."""
    own = f"wirewatch-{space}"
    searches = [_search(f"{own}-{name}", title, query, sort, more, own) for name, title, query, sort, more in SEARCHES]
    return [_data_view(own, alias), *searches, _dashboard(f"{own}-overview", own)]


def ndjson(some: Iterable[Object]) -> bytes:
    """One object a line, as Kibana's import takes them."""
    return b"".join(json.dumps(each, ensure_ascii=False, sort_keys=True).encode() + b"\n" for each in some)


def _object(kind: str, own_id: str, attributes: Object, references: list[Object]) -> Object:
    return {
        "type": kind,
        "id": own_id,
        "attributes": attributes,
        "references": references,
        "coreMigrationVersion": "8.8.0",
        "typeMigrationVersion": VERSIONS[kind],
        "managed": False,
    }


def _data_view(own: str, alias: str) -> Object:
    link = {"id": "url", "params": {"type": "a", "labelTemplate": "open"}}
    attributes = {
        "title": alias,  # the alias: a pattern would count a rebuild's articles twice
        "name": "Wirewatch articles",
        "timeFieldName": "published_at",
        "allowNoIndex": True,
        "fieldFormatMap": json.dumps({"url": link}),
        "fieldAttrs": json.dumps(
            {
                "entities": {
                    "customLabel": "Entities",
                    "customDescription": "One id a person, organisation or place, in every script.",
                }
            }
        ),
        "sourceFilters": "[]",
        "runtimeFieldMap": "{}",
    }
    return _object("index-pattern", own, attributes, [])


def _search(own_id: str, title: str, query: str, sort: list[list[str]], more: tuple[str, ...], view: str) -> Object:
    asked = {"query": _lucene(query), "filter": [], "highlightAll": True, "indexRefName": SOURCE}
    attributes = {
        "title": title,
        "description": HINT,
        "columns": [*COLUMNS, *more],
        "sort": sort,
        "grid": {"columns": {"title": {"width": 520}}},
        "hideChart": False,
        "isTextBasedQuery": False,
        "timeRestore": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(asked)},
    }
    return _object("search", own_id, attributes, [{"type": "index-pattern", "id": view, "name": SOURCE}])


def _dashboard(own_id: str, view: str) -> Object:
    panels: list[Object] = []
    references: list[Object] = []
    for n, (field, title) in enumerate(HISTOGRAMS):
        panels.append(_lens(f"h{n}", title, _grid(f"h{n}", x=24 * n, y=0, w=24, h=10), _histogram(field), view))
    for n, (field, title) in enumerate(TABLES):
        panels.append(_lens(f"t{n}", title, _grid(f"t{n}", x=16 * n, y=10, w=16, h=12), _table(field, title), view))
    panels.append(_lens("stories", "Most told stories", _grid("stories", x=0, y=22, w=48, h=14), _stories(), view))
    for panel in panels:
        name = f"{panel['panelIndex']}:indexpattern-datasource-layer-l1"
        references.append({"name": name, "type": "index-pattern", "id": view})
    latest = {"type": "search", "panelIndex": "s0", "gridData": _grid("s0", x=0, y=36, w=48, h=20)}
    panels.append(latest | {"panelRefName": "panel_s0", "embeddableConfig": {"title": "Latest"}})
    references.append({"name": "s0:panel_s0", "type": "search", "id": f"{view}-latest"})
    for name, _, _ in CONTROLS:
        references.append({"name": f"controlGroup_{name}:optionsListDataView", "type": "index-pattern", "id": view})
    options = {"useMargins": True, "syncColors": True, "syncCursor": True, "syncTooltips": False, "hidePanelTitles": False}
    attributes = {
        "title": "Wirewatch",
        "description": HINT,
        "timeRestore": True,
        "timeFrom": "now-7d",
        "timeTo": "now",
        "refreshInterval": {"pause": True, "value": 60_000},
        "optionsJSON": json.dumps(options),
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps({"query": _lucene(""), "filter": []})},
        "controlGroupInput": _controls(view),
        "panelsJSON": json.dumps(panels),
    }
    return _object("dashboard", own_id, attributes, references)


def _controls(view: str) -> Object:
    panels = {
        name: {
            "order": n,
            "width": "medium",
            "grow": True,
            "type": "optionsListControl",
            "explicitInput": {
                "id": name,
                "dataViewId": view,
                "fieldName": field,
                "title": title,
                "selectedOptions": [],
                "searchTechnique": "prefix",
                "sort": {"by": "_count", "direction": "desc"},
            },
        }
        for n, (name, field, title) in enumerate(CONTROLS)
    }
    ignore = dict.fromkeys(("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations"), False)
    return {
        "controlStyle": "oneLine",
        "chainingSystem": "HIERARCHICAL",
        "panelsJSON": json.dumps(panels),
        "ignoreParentSettingsJSON": json.dumps(ignore),
    }


def _lens(panel: str, title: str, grid: Object, state: Object, view: str) -> Object:
    attributes = {
        "title": "",
        "type": "lens",
        "visualizationType": state.pop("kind"),
        "references": [{"type": "index-pattern", "id": view, "name": "indexpattern-datasource-layer-l1"}],
        "state": {"query": _lucene(""), "filters": [], "internalReferences": [], "adHocDataViews": {}} | state,
    }
    config = {"title": title, "attributes": attributes}
    return {"type": "lens", "panelIndex": panel, "gridData": grid, "embeddableConfig": config}


def _histogram(field: str) -> Object:
    when = {
        "label": "published_at",
        "dataType": "date",
        "operationType": "date_histogram",
        "isBucketed": True,
        "scale": "interval",
        "sourceField": "published_at",
        "params": {"interval": "auto", "includeEmptyRows": True},
    }
    layer: Object = {"layerId": "l1", "layerType": "data", "seriesType": "bar_stacked"}
    layer |= {"xAccessor": "x", "splitAccessor": "split", "accessors": ["n"]}
    picture = {"preferredSeriesType": "bar_stacked", "legend": {"isVisible": True, "position": "right"}, "valueLabels": "hide"}
    columns = {"x": when, "split": _terms(field, field, 8), "n": _count()}
    return {"kind": "lnsXY", "visualization": picture | {"layers": [layer]}, "datasourceStates": _columns(columns)}


def _table(field: str, title: str) -> Object:
    return _datatable({"e": _terms(field, title.removeprefix("Top ").capitalize(), 50), "n": _count()})


def _stories() -> Object:
    """The articles collapsed by story, which Discover can't do."""
    return _datatable({"story": _terms("story_id", "Story", 50), "title": _latest_title(), "outlets": _outlets(), "n": _count()})


def _datatable(columns: Mapping[str, Object]) -> Object:
    picture: Object = {"layerId": "l1", "layerType": "data", "columns": [{"columnId": name} for name in columns]}
    picture |= {"paging": {"size": 20, "enabled": True}}
    return {"kind": "lnsDatatable", "visualization": picture, "datasourceStates": _columns(columns)}


def _terms(field: str, label: str, size: int) -> Object:
    order = {"orderBy": {"type": "column", "columnId": "n"}, "orderDirection": "desc"}
    params = {"size": size, "otherBucket": size < 10, "missingBucket": False} | order
    named = {"label": label, "dataType": "string", "operationType": "terms", "isBucketed": True, "scale": "ordinal"}
    return named | {"sourceField": field, "params": params}


def _count() -> Object:
    named = {"label": "Articles", "dataType": "number", "operationType": "count", "isBucketed": False, "scale": "ratio"}
    return named | {"sourceField": "___records___", "params": {}}


def _latest_title() -> Object:
    """Without the filter Kibana shows nothing where the newest article lacks the field: one whose title is too long for it."""
    named = {
        "label": "Latest title",
        "dataType": "string",
        "operationType": "last_value",
        "isBucketed": False,
        "scale": "ordinal",
    }
    there = {"query": '"title.raw": *', "language": "kuery"}
    return named | {"sourceField": "title.raw", "filter": there, "params": {"sortField": "published_at"}}


def _outlets() -> Object:
    named = {"label": "Outlets", "dataType": "number", "operationType": "unique_count", "isBucketed": False, "scale": "ratio"}
    return named | {"sourceField": "source", "params": {"emptyAsNull": True}}


def _columns(columns: Mapping[str, Object]) -> Object:
    layer = {"columnOrder": list(columns), "incompleteColumns": {}, "columns": dict(columns)}
    return {"formBased": {"layers": {"l1": layer}}}


def _grid(name: str, **place: int) -> Object:
    return {**place, "i": name}


def _lucene(query: str) -> Object:
    return {"query": query, "language": "lucene"}


if __name__ == "__main__":
    sys.stdout.buffer.write(ndjson(objects()))
