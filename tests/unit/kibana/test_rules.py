"""Kibana's rules ask what the watches ask, as far as Kibana can."""

import json
from datetime import timedelta

from wirewatch.kibana.rules import rules
from wirewatch.model import Rate, Watch


def test_a_rule_asks_all_that_its_watch_asks_and_what_must_not_be() -> None:
    (rule,) = rules([Watch(name="kim", query="Kim", but_not="source:Ledger", languages=("sr",))], "articles", "desk").values()

    query = json.loads(rule["params"]["esQuery"])["query"]
    assert '"must_not"' in json.dumps(query)
    assert '"source": "Ledger"' in json.dumps(query) or '"source": ["Ledger"]' in json.dumps(query)


def test_a_watch_that_asks_something_of_time_has_no_rule() -> None:
    assert rules([Watch(name="surge", query="Kim", rate=Rate(3, timedelta(hours=3)))], "articles", "desk") == {}
