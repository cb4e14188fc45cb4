"""The docs fail here when they lie."""

import re
from pathlib import Path

import pytest

from wirewatch.cli.app import app
from wirewatch.errors import Reason
from wirewatch.model import Article
from wirewatch.settings import schema

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
EVERYTHING = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_explained(reason: Reason) -> None:
    assert f"`{reason}`" in OPERATIONS


def test_every_setting_is_in_the_reference() -> None:
    parts = {name: field.annotation for name, field in schema.MainFile.model_fields.items() if name != "channels"}
    keys = [f"{part}.{key}" for part, model in parts.items() for key in getattr(model, "model_fields", {})]

    assert [key for key in keys if f"`{key}`" not in REFERENCE] == []


def test_every_field_of_search_json_is_in_the_reference() -> None:
    from wirewatch.cli.search import NOT_SHOWN

    shown = set(Article.__slots__) - NOT_SHOWN

    assert {name for name in shown if name not in REFERENCE} == set()


@pytest.mark.parametrize("command", app.registered_commands, ids=lambda command: command.callback.__name__)
def test_every_command_has_help_for_itself_and_each_option(command: object) -> None:
    from typer.main import get_command

    built = get_command(app)
    name = command.name or command.callback.__name__  # type: ignore[attr-defined]
    found = built.commands[name]  # type: ignore[attr-defined]

    assert found.help
    assert [param.name for param in found.params if not getattr(param, "help", None)] == []


@pytest.mark.parametrize("page", EVERYTHING, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []
