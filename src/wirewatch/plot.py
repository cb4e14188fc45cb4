"""The plot of `count --png` and of the mails that alert: days and months as columns, all else as bars below each other, a second
measure in colours.

Letters need a font that has them. The fonts of this machine are tried by name; a label that none can write stands there as a
number, and the caller is told what it stands for: a row of boxes would say nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

FONTS = (  # Latin and Cyrillic first, then those that have Hangul, kana and Han; "" is Pillow's own, for Latin alone
    "DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial.ttf",
    "NotoSansCJK-Regular.ttc", "DroidSansFallbackFull.ttf", "unifont.otf", "unifont.ttf", "wqy-zenhei.ttc", "wqy-microhei.ttc",
    "Arial Unicode.ttf", "AppleSDGothicNeo.ttc", "malgun.ttf", "msyh.ttc", "meiryo.ttc", "",
)  # fmt: skip
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#f0e442", "#555555", "#bbbbbb")  # Okabe and Ito
INK, SIZE, LINE, EDGE = "#222222", 15, 24, 24  # points of the letters; pixels of a line, and around the picture
LENGTH, HEIGHT = 900, 360  # pixels of the longest bar, of the highest column
MOST, MOST_COLUMNS = 60, 4000  # bars, and columns of days or months
LONGEST = 80  # characters of a label


@dataclass(frozen=True, kw_only=True)
class Plot:
    """What is drawn: each bar's label, and its number by series ("" alone, where one measure was asked)."""

    title: str
    bars: Mapping[str, Mapping[str, int]]
    series: Sequence[str]
    timed: bool  # columns side by side


@dataclass
class _Sheet:
    """The picture under way, and the labels that no font could write, by the number that stands for them."""

    draw: Any
    unwritten: dict[str, str] = field(default_factory=dict)

    def runs(self, label: str) -> list[tuple[str, Any]]:
        """What is written for a label, each run of letters with its font."""
        label = label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"
        fonts = [_font_of(letter) for letter in label]
        if None in fonts:
            known = next((number for number, meant in self.unwritten.items() if meant == label), None)
            number = known or f"#{len(self.unwritten) + 1}"
            self.unwritten[number] = label
            return [(number, _font(""))]
        runs = groupby(zip(label, fonts, strict=True), itemgetter(1))
        return [("".join(letter for letter, _ in run), font) for font, run in runs]

    def write(self, x: float, y: float, label: str, *, ends: bool = False) -> None:
        """Write a label that begins at `x`, or ends there, its middle at `y`."""
        x -= self.width(label) if ends else 0
        for text, font in self.runs(label):
            self.draw.text((x, y), text, fill=INK, font=font, anchor="lm")
            x += self.draw.textlength(text, font=font)

    def width(self, label: str) -> int:
        """Pixels that it takes."""
        return sum(int(self.draw.textlength(text, font=font)) + 1 for text, font in self.runs(label))

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A filled rectangle, of a pixel at least."""
        if width > 0 and height > 0:
            self.draw.rectangle((x, y, max(x, x + width - 1), max(y, y + height - 1)), fill=colour)


def write(plot: Plot, file: Path | BinaryIO) -> dict[str, str]:
    """Draw it as a PNG file; gives the labels that no font here can write, by the number that stands for each.

    Raises OSError.
    """
    from PIL import Image, ImageDraw  # here: who draws nothing doesn't load it

    scratch = _Sheet(ImageDraw.Draw(Image.new("RGB", (1, 1))))
    left = EDGE + max((scratch.width(label) for label in plot.bars), default=0) + 8
    legend = LINE * len(plot.series) if len(plot.series) > 1 else 0
    if plot.timed:
        step = max(1, min(160, LENGTH // max(1, len(plot.bars))))
        size = (2 * EDGE + 60 + max(LENGTH, step * len(plot.bars)), 3 * EDGE + LINE * 2 + HEIGHT + legend)
    else:
        size = (left + LENGTH + 80 + EDGE, 2 * EDGE + LINE * (len(plot.bars) + 2) + legend)
    image = Image.new("RGB", size, "white")
    sheet = _Sheet(ImageDraw.Draw(image))
    sheet.write(EDGE, EDGE, plot.title)
    top = EDGE + LINE * 1.5
    if plot.timed:
        _columns(sheet, plot, top, step)
    else:
        _rows(sheet, plot, top, left)
    for n, name in enumerate(plot.series if legend else ()):
        y = size[1] - EDGE - legend + LINE * n
        sheet.bar(EDGE, y + 4, 14, 14, COLOURS[n % len(COLOURS)])
        sheet.write(EDGE + 22, y + 11, name)
    image.save(file, "PNG", optimize=True)
    return sheet.unwritten


def _rows(sheet: _Sheet, plot: Plot, top: float, left: float) -> None:
    most = max((sum(bar.values()) for bar in plot.bars.values()), default=1) or 1
    for n, (label, bar) in enumerate(plot.bars.items()):
        x, y = left, top + LINE * n
        sheet.write(left - 8, y + LINE / 2, label, ends=True)
        for colour, name in zip(COLOURS, plot.series, strict=False):
            length = LENGTH * bar.get(name, 0) / most
            sheet.bar(x, y + 3, length, LINE - 6, colour)
            x += length
        sheet.write(x + 6, y + LINE / 2, f"{sum(bar.values()):,}")


def _columns(sheet: _Sheet, plot: Plot, top: float, step: int) -> None:
    most = max((sum(bar.values()) for bar in plot.bars.values()), default=1) or 1
    left, floor = EDGE + 60, top + HEIGHT
    for number in sorted({0, most // 2, most}):
        y = floor - HEIGHT * number / most
        sheet.write(left - 8, y, f"{number:,}", ends=True)
        sheet.draw.line((left, y, left + step * len(plot.bars), y), fill="#dddddd")
    said = -1.0
    for n, (label, bar) in enumerate(plot.bars.items()):
        x, y = left + step * n, floor
        for colour, name in zip(COLOURS, plot.series, strict=False):
            height = HEIGHT * bar.get(name, 0) / most
            y -= height
            sheet.bar(x, y, max(1, step - 2), height, colour)
        if x > said:  # as many labels as there is room for
            sheet.write(x, floor + LINE / 2, label)
            said = x + sheet.width(label) + 16


@cache
def _font(name: str) -> Any:
    """A font of this machine, None if it isn't there; "": Pillow's own."""
    from PIL import ImageFont

    try:
        if not name:
            return ImageFont.load_default(SIZE)
        return ImageFont.truetype(name, SIZE, layout_engine=ImageFont.Layout.BASIC)  # else 강 is put together of its parts
    except OSError:
        return None


@cache
def _font_of(letter: str) -> Any:
    """The first font that has the letter; None: none has. What a font hasn't is drawn as its sign for nothing."""
    there = (font for name in FONTS if (font := _font(name)))
    return next((font for font in there if letter == " " or _drawn(font, letter) != _drawn(font, "\U0010fffe")), None)


def _drawn(font: Any, letter: str) -> bytes:
    mask = font.getmask(letter)
    return bytes(mask) + repr(mask.size).encode()
