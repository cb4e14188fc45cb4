"""What a topic may ask, as it is written in topics.yaml."""

from pathlib import Path

import pytest

from wirewatch.errors import ConfigError
from wirewatch.settings import load


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("all: [[entity:kim-jong-unn]]", "all[0][0]: 'entity:kim-jong-unn' is not in entities.yaml; did you mean 'kim-jong-un'?"),
        ("near: [[воз], ['entity: russia']]", "near[1][0]: 'entity: russia' is not in entities.yaml; did you mean 'russia'?"),
        ("any: [воз], none: [entity:xyzzy]", "none[0]: 'entity:xyzzy' is not in entities.yaml"),
        ("any: ['…']", "any[0]: '…' has no word: it is never met"),
        ("none: [воз]", "has no rule, and would be every article's topic; write all, near or any"),
        ("all: [[]]", "has an empty group, which is never met"),
    ],
)
def test_a_rule_that_is_never_or_always_met_is_told_with_its_place(rule: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text(f"topics:\n  - {{id: kim, name: Kim, {rule}}}\n", encoding="utf-8")
    (tmp_path / "watches.yaml").write_text("watches: []", encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load(tmp_path, environment={})

    assert caught.value.problems[0].startswith(f"{tmp_path}/topics.yaml:2: topics[0]")
    assert says in caught.value.problems[0]


def test_the_shipped_topics_go_with_other_entities_too(tmp_path: Path) -> None:
    (tmp_path / "entities.yaml").write_text("entities: []", encoding="utf-8")
    (tmp_path / "watches.yaml").write_text("watches: []", encoding="utf-8")

    assert load(tmp_path, environment={}).topics
