"""Making it all in Kibana, over its own HTTP API; safe to repeat."""

import json
import ssl
from collections.abc import Sequence
from typing import Any

import httpx

from wirewatch.errors import Unavailable, UserError
from wirewatch.kibana.objects import ndjson, objects
from wirewatch.kibana.rules import connector, rules
from wirewatch.model import Watch
from wirewatch.safe import one_line
from wirewatch.settings.schema import KibanaSettings

MOST = 4 * 1024 * 1024  # bytes of an answer
BAR = {"analyze_wildcard": True, "default_operator": "AND", "type": "cross_fields"}  # `Kim Putin`: both words, across fields
WORKING = {"available", "degraded"}


class Kibana:
    """One space of one Kibana."""

    def __init__(self, where: KibanaSettings, space: str) -> None:
        if not where.url:
            raise UserError("kibana.url is not set; write http(s)://host:5601 under [kibana] in wirewatch.toml")
        self.url, self.space = where.url.rstrip("/"), space
        self._base = self.url if space == "default" else f"{self.url}/s/{space}"
        headers = {"kbn-xsrf": "wirewatch"} | ({"Authorization": f"ApiKey {where.api_key}"} if where.api_key else {})
        login = httpx.BasicAuth(where.user, where.password) if where.user and not where.api_key else None
        trust: ssl.SSLContext | bool = True
        if where.ca_file:
            if not where.ca_file.is_file():
                raise UserError(f"kibana.ca_file: {where.ca_file} is no file; write the path of the authority's PEM file")
            trust = ssl.create_default_context(cafile=str(where.ca_file))
        self._http = httpx.Client(headers=headers, auth=login, verify=trust, timeout=30, trust_env=False)

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def check(self) -> None:
        """Raises Unavailable unless it answers and works."""
        answer = self._ask("GET", "/api/status", fine=(200, 503))
        level = str(answer.get("status", {}).get("overall", {}).get("level", "available"))
        if level not in WORKING:
            raise Unavailable(f"{self.url} is {one_line(level, 40)}; wait until it is available")

    def install(self, alias: str) -> list[str]:
        """Make data view, searches and dashboard; gives the links to what people open."""
        made = objects(self.space, alias)
        files = {"file": ("wirewatch.ndjson", ndjson(made), "application/ndjson")}
        answer = self._ask("POST", "/api/saved_objects/_import?overwrite=true", files=files)
        if not answer.get("success"):
            raise Unavailable(f"{self.url} didn't take everything: {_problems(answer)}")
        ids = {(row["type"], row["id"]): row.get("destinationId", row["id"]) for row in answer.get("successResults", [])}
        paths = {"dashboard": "/app/dashboards#/view/", "search": "/app/discover#/view/"}
        return [
            f"{self._base}{paths[each['type']]}{ids.get((each['type'], each['id']), each['id'])}"
            for each in made
            if each["type"] in paths
        ]

    def defaults(self) -> str:
        """Let the search bar require every word; says what was set, or why not: the interface is Kibana's internal one."""
        for bar in (BAR, {key: value for key, value in BAR.items() if key != "type"}):
            changes = {"query:queryString:options": json.dumps(bar), "search:queryLanguage": "lucene"}
            try:
                self._ask("POST", "/internal/kibana/settings", json={"changes": changes}, internal=True)
            except (Unavailable, UserError) as error:
                why = str(error)
                continue
            across = "across fields" if "type" in bar else "in one field; for both fields write Kim AND Putin"
            return f"the search bar is in Lucene syntax and requires every word, {across}"
        return f"the search bar's defaults could not be set ({why}); set them by hand as docs/kibana.md says"

    def watch(self, watches: Sequence[Watch], alias: str) -> int:
        """Make or update one rule a watch, and the connector they write by; gives their number."""
        self._put(f"/api/actions/connector/wirewatch-{self.space}-matches", connector(), {"connector_type_id": ".index"})
        made = rules(watches, alias, self.space)
        for rule_id, rule in made.items():
            new = {"rule_type_id": ".es-query", "consumer": "stackAlerts", "enabled": True}
            self._put(f"/api/alerting/rule/{rule_id}", rule, new)
        return len(made)

    def _put(self, path: str, body: dict[str, Any], only_new: dict[str, Any]) -> None:
        """POST, and where the id is taken PUT, which refuses the keys that can't change."""
        config = {key: value for key, value in body.items() if value is not None}
        if self._ask("POST", path, json=config | only_new, fine=(200, 409)).get("statusCode") == 409:
            self._ask("PUT", path, json=config)

    def _ask(
        self, method: str, path: str, *, fine: Sequence[int] = (200,), internal: bool = False, **more: Any
    ) -> dict[str, Any]:
        headers = {"x-elastic-internal-origin": "wirewatch"} if internal else {}
        try:
            with self._http.stream(method, f"{self._base}{path}", headers=headers, **more) as answer:
                raw = b""
                for part in answer.iter_bytes():
                    raw += part
                    if len(raw) > MOST:
                        raise Unavailable(f"{self.url}: its answer is longer than {MOST} bytes; is it a Kibana?")
        except httpx.TimeoutException as error:
            raise Unavailable(f"{self.url} doesn't answer in time") from error
        except httpx.HTTPError as error:
            hint = "; set kibana.ca_file" if "CERTIFICATE" in str(error) else ""
            raise Unavailable(f"{self.url} can't be reached: {one_line(str(error), 200)}{hint}") from error
        return self._read(answer.status_code, raw, fine)

    def _read(self, status: int, raw: bytes, fine: Sequence[int]) -> dict[str, Any]:
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if status == 409 and 409 in fine:
            return {"statusCode": 409}
        if status in fine and isinstance(body, dict):
            return body
        said = one_line(str(body.get("message", "")), 200) if isinstance(body, dict) else ""
        known = {
            401: "doesn't know this login; check kibana.api_key, or kibana.user and kibana.password",
            403: "lets this login not do that; docs/kibana.md lists what the set-up needs",
            404: f"has no space {self.space!r}, or is no Kibana",
            503: "isn't ready yet; try again in a minute",
        }
        raise Unavailable(
            f"{self.url} {known.get(status, f'answers {status}, which is no answer of a Kibana')}"
            + (f" ({said})" if said else "")
        )


def _problems(answer: dict[str, Any]) -> str:
    rows = answer.get("errors") or [{"type": "?", "id": "?", "error": {"type": "unknown"}}]
    return "; ".join(one_line(f"{row['type']} {row['id']}: {row['error'].get('type')}", 120) for row in rows[:3])
