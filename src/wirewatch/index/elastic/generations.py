"""Generations: the live one, which the alias reads, and while `wirewatch reindex` runs the one that is being filled."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from elasticsearch import ApiError, Elasticsearch

from wirewatch.analysis.chain import TABLES_VERSION
from wirewatch.index.elastic.errors import NotSetUp, told
from wirewatch.index.elastic.template import VERSION, digest, guard, template

SETUP, REINDEX = "`wirewatch index setup` mends it", "`wirewatch reindex` makes it anew"


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation, as its template on the server says."""

    number: int
    name: str  # random, given when it was made
    live: bool
    rules: tuple[int, int]  # version of the fields, of the analysis' tables
    digest: str  # of the template as it stands on the server

    @property
    def is_current(self) -> bool:
        """Whether it was made by this program's rules."""
        return self.rules == (VERSION, TABLES_VERSION)


class Generations:
    """The generations of one index name on one server."""

    def __init__(self, client: Elasticsearch, url: str, name: str) -> None:
        self._client, self._url, self._name = client, url, name

    def all(self) -> list[Generation]:
        """What is there, oldest first. Raises Unavailable."""
        with told(self._url):
            try:
                found = self._client.indices.get_index_template(name=f"{self._name}-v*")["index_templates"]
            except ApiError as error:
                if error.status_code != 404:
                    raise
                found = []
        own = [each for each in found if re.fullmatch(re.escape(self._name) + r"-v\d+", each["name"])]
        return sorted((_generation(each["index_template"], self._name) for each in own), key=lambda each: each.number)

    def numbers(self) -> set[int]:
        """The numbers of those that are there: a small answer, for a look before and after each write."""
        with told(self._url):
            answer = self._client.options(ignore_status=404).indices.get_index_template(
                name=f"{self._name}-v*", filter_path="index_templates.name"
            )
        names = [str(each["name"]) for each in answer.get("index_templates", [])]
        return {int(name.rpartition("-v")[2]) for name in names if re.fullmatch(re.escape(self._name) + r"-v\d+", name)}

    def live(self) -> Generation:
        """The one that is read. Raises NotSetUp if there is none."""
        if (found := next((each for each in reversed(self.all()) if each.live), None)) is None:
            raise NotSetUp(f"{self._url} has no template {self._name}-v…; {SETUP}")
        return found

    def writable(self) -> list[Generation]:
        """Those that a write goes to. Raises NotSetUp if one is missing, made by other rules, or changed by hand."""
        found = self.all()
        if not any(each.live for each in found):
            raise NotSetUp(f"{self._url} has no template {self._name}-v…; {SETUP}")
        for each in found:
            self._check(each)
        return found

    def stale(self) -> str:
        """What is wrong with the rules by which the one that is read was made, and what mends it."""
        return self._of_other_rules(self.live())

    def _check(self, each: Generation) -> None:
        if other := self._of_other_rules(each):
            raise NotSetUp(other)
        if not self._is_ours(each):
            raise NotSetUp(f"{self._template(each)} was changed by hand or by another version; {SETUP}")

    def _of_other_rules(self, each: Generation) -> str:
        if each.is_current:
            return ""
        older = each.rules < (VERSION, TABLES_VERSION)
        by = f"an older wirewatch; {REINDEX}" if older else "a newer wirewatch; upgrade this one"
        return f"{self._template(each)} was made by {by}"

    def _template(self, each: Generation) -> str:
        return f"{self._url}: the template {self._name}-v{each.number}"

    def setup(self) -> str:
        """Make what is missing and put right what was changed; gives what was done. Safe to repeat."""
        found = self.all()
        live = next((each for each in reversed(found) if each.live), None)
        with told(self._url):
            self._client.indices.put_index_template(name=f"{self._name}-guard", **guard(self._name))
        if live is None:
            self.put(max((each.number for each in found), default=0) + 1, uuid4().hex, live=True)
            return "made"
        if not live.is_current:
            return f"made by another version: {REINDEX}"
        if self._is_ours(live):
            return "as it should be"
        self.put(live.number, live.name, live=True)
        return "put right"

    def beside(self) -> tuple[Generation, Generation]:
        """The live generation, and a new one beside it that nobody reads yet; one that a kill left half full is taken up.

        What is live may have been made by other rules: then nobody writes to it any more.
        """
        found = self.all()
        live = [each for each in found if each.live]
        if not live:
            raise NotSetUp(f"{self._url} has no template {self._name}-v…; {SETUP}")
        if len(live) > 1:  # a kill fell into a switch: finish it
            self.switch(live[0].number, live[-1])
            return self.beside()
        for each in found:
            if not each.live and each.number > live[0].number and self._is_ours(each):
                return live[0], each
            if not each.live:
                self.drop(each.number)
        return live[0], self.put(max(each.number for each in found) + 1, uuid4().hex, live=False)

    def _is_ours(self, each: Generation) -> bool:
        same = each.digest == digest(template(self._name, each.number, each.name, live=each.live))
        return each.is_current and same

    def put(self, number: int, generation: str, *, live: bool) -> Generation:
        """Write a generation's template."""
        body = template(self._name, number, generation, live=live)
        with told(self._url):
            self._client.indices.put_index_template(
                name=f"{self._name}-v{number}",
                index_patterns=body["index_patterns"],
                priority=body["priority"],
                template=body["template"],
                meta=body["_meta"],
            )
        return Generation(number, generation, live, (VERSION, TABLES_VERSION), digest(body))

    def drop(self, number: int) -> None:
        """Delete a generation, its indices first."""
        with told(self._url):
            if names := self.indices(number):
                self._client.indices.delete(index=names, ignore_unavailable=True)
            self._client.options(ignore_status=404).indices.delete_index_template(name=f"{self._name}-v{number}")

    def indices(self, number: int) -> list[str]:
        """The names of a generation's indices, by month."""
        with told(self._url):
            found = self._client.indices.get(index=f"{self._name}-v{number}-*", features="aliases", allow_no_indices=True)
        return sorted(found)

    def switch(self, old: int, new: Generation) -> None:
        """Let the alias name the new generation's indices instead of the old one's, in one step; then drop the old."""
        actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": self._name}} for name in self.indices(new.number)]
        actions += [{"remove_index": {"index": name}} for name in self.indices(old)]
        self.put(new.number, new.name, live=True)
        if actions:
            with told(self._url):
                self._client.indices.update_aliases(actions=actions)
        self.drop(old)


def _generation(body: Any, name: str) -> Generation:
    meta = body.get("_meta", {})
    aliases = body.get("template", {}).get("aliases", {})
    rules = int(meta.get("fields", 0)), int(meta.get("tables", 0))
    return Generation(int(meta.get("number", 0)), str(meta.get("generation", "")), name in aliases, rules, digest(body))
