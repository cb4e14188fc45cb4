"""The picture of `count --png`."""

from pathlib import Path

import pytest
from PIL import Image, ImageColor

from wirewatch.plot import COLOURS, LENGTH, Plot, write

FIRST, SECOND = (ImageColor.getrgb(colour) for colour in COLOURS[:2])
NOBODYS = "\U000f0000"  # a letter for private use: no font has it


def pixels(file: Path, colour: object) -> int:
    with Image.open(file) as image:
        return sum(n for n, found in image.convert("RGB").getcolors(1 << 24) or () if found == colour)


def drawn(file: Path, bars: dict[str, dict[str, int]], *, series: tuple[str, ...] = ("",), timed: bool = False) -> dict[str, str]:
    return write(Plot(title="Kim", bars=bars, series=series, timed=timed), file)


def test_a_bar_is_as_long_as_its_number(tmp_path: Path) -> None:
    for name, number in (("all", 4), ("half", 2)):
        drawn(tmp_path / name, {"most": {"": 4}, "other": {"": number}})

    height = pixels(tmp_path / "all", FIRST) // (2 * LENGTH)
    assert pixels(tmp_path / "all", FIRST) == 2 * LENGTH * height
    assert pixels(tmp_path / "half", FIRST) == LENGTH * 3 // 2 * height


@pytest.mark.parametrize("timed", [False, True])
def test_a_second_measure_stands_in_other_colours(tmp_path: Path, timed: bool) -> None:
    bars = {"2026-11-27": {"sr": 3, "ru": 1}, "2026-11-28": {}}

    drawn(tmp_path / "a.png", bars, series=("sr", "ru"), timed=timed)

    legend = 14 * 14
    one, other = (pixels(tmp_path / "a.png", colour) - legend for colour in (FIRST, SECOND))
    assert one == pytest.approx(3 * other, rel=0.01)


def test_years_of_days_have_a_column_each(tmp_path: Path) -> None:
    drawn(tmp_path / "a.png", {f"{n}": {"": 1} for n in range(3000)}, timed=True)

    with Image.open(tmp_path / "a.png") as image:
        assert 3000 < image.width < 3200
        assert image.format == "PNG"


def test_a_label_that_no_font_can_write_is_a_number_and_told(tmp_path: Path) -> None:
    told = drawn(tmp_path / "a.png", {NOBODYS: {"": 1}, f"N1 {NOBODYS}": {"": 1}, "Jutro": {"": 1}})

    assert told == {"#1": NOBODYS, "#2": f"N1 {NOBODYS}"}


def test_nothing_is_drawn_of_nothing(tmp_path: Path) -> None:
    assert drawn(tmp_path / "a.png", {}) == {}
    assert drawn(tmp_path / "b.png", {}, timed=True) == {}
