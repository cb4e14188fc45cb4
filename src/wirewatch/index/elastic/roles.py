"""Who may do what on the server: the least that works, tried with a login of each (tests/faults/test_elastic_security.py)."""

from typing import Any

from elasticsearch import ApiError, Elasticsearch

from wirewatch.index.elastic.errors import told

CLUSTER = {"writer": ("monitor",), "reader": (), "setup": ("manage_index_templates", "monitor")}
INDICES = {
    "writer": ("index", "create_index", "read", "view_index_metadata"),  # `wirewatch run`
    "reader": ("read", "view_index_metadata"),  # people in Kibana
    "setup": ("manage", "read", "index", "create_index", "delete"),  # index setup and copy, reindex, prune, forget
}


def roles(name: str) -> dict[str, dict[str, Any]]:
    """Role descriptors by name; `name*` covers the alias too, which is a name of its own."""
    return {
        f"wirewatch_{role}": {
            "cluster": list(CLUSTER[role]),
            "indices": [{"names": [f"{name}*"], "privileges": list(privileges)}],
        }
        for role, privileges in INDICES.items()
    }


def missing(client: Elasticsearch, url: str, name: str, role: str) -> list[str]:
    """The privileges of `role` that this login lacks; none where the server has no security."""
    with told(url):
        try:
            answer = client.security.has_privileges(
                cluster=list(CLUSTER[role]), index=[{"names": [f"{name}*"], "privileges": list(INDICES[role])}]
            )
        except ApiError as error:
            if error.status_code in (400, 405):  # security is off
                return []
            raise
    lacking = [f"cluster {each}" for each, held in answer["cluster"].items() if not held]
    return lacking + [f"index {each}" for held in answer["index"].values() for each, has in held.items() if not has]
