"""Adding to entities.yaml: what the user wrote stays as it was."""

from pathlib import Path

import pytest

from wirewatch.errors import UserError
from wirewatch.settings import load
from wirewatch.settings.entities import add
from wirewatch.settings.load import shipped

ROW = {
    "id": "zoran",
    "name": "Zoran: the guest",
    "kind": "person",
    "aliases": {"sr": ["Зоран"], "en": ["No", "O'Zoran", "Zo, Ran"]},
}
MINE = "# my people\nentities:\n- id: ana   # the editor\n  name: Ana\n  kind: person\n  aliases: {en: [Ana Anić]}\n# the end\n"
INDENTED = "entities:\n    - id: ana\n      name: Ana\n      kind: person\n      aliases:\n        en: [Ana Anić]\n"


def in_folder(folder: Path, text: str) -> bytes:
    (folder / "entities.yaml").write_text(text, encoding="utf-8", newline="")
    add(folder, ROW)
    return (folder / "entities.yaml").read_bytes()


@pytest.mark.parametrize("text", [MINE, MINE.replace("\n", "\r\n"), MINE.rstrip("\n"), INDENTED])
def test_what_stood_there_stays_byte_by_byte_and_the_new_one_comes_last(tmp_path: Path, text: str) -> None:
    written = in_folder(tmp_path, text)

    assert written.startswith(text.encode())
    assert [rule.id for rule in load(tmp_path, environment={}).entities] == ["ana", "zoran"]
    assert load(tmp_path, environment={}).entities[1].aliases["en"] == ("No", "O'Zoran", "Zo, Ran")


@pytest.mark.parametrize("text", ["", "# none yet\nentities: []\n"])
def test_the_first_entity_goes_into_an_empty_file(tmp_path: Path, text: str) -> None:
    in_folder(tmp_path, text)

    assert [rule.id for rule in load(tmp_path, environment={}).entities] == ["zoran"]


def test_a_folder_without_the_file_gets_the_shipped_one_with_the_new_entity(tmp_path: Path) -> None:
    add(tmp_path, ROW)

    assert (tmp_path / "entities.yaml").read_bytes().startswith((shipped() / "entities.yaml").read_bytes())
    assert load(tmp_path, environment={}).entities[-1].id == "zoran"


@pytest.mark.parametrize(
    ("text", "row", "says"),
    [
        (MINE, ROW | {"id": "ana"}, "'ana' is in"),
        (MINE, ROW | {"id": "A B"}, "id: "),
        (MINE, ROW | {"kind": "ship"}, "kind: "),
        ("entities: [{id: ana, name: Ana, kind: person}]\n", ROW, "add it by hand"),
        ("entities: {\n", ROW, "not YAML"),
    ],
)
def test_what_cant_be_added_changes_nothing(tmp_path: Path, text: str, row: dict[str, object], says: str) -> None:
    file = tmp_path / "entities.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(UserError, match=says):
        add(tmp_path, row)

    assert file.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [file]


def test_the_shipped_file_is_nobodys_to_change() -> None:
    with pytest.raises(UserError, match="name a folder of yours"):
        add(shipped(), ROW)
