"""Who wants to see extraction at work is told after each step, and given the tree where the step has changed it."""

from typing import Protocol

from lxml.html import HtmlElement


class Step(Protocol):
    """Is told that a step is done."""

    def __call__(self, name: str, tree: HtmlElement | None = None) -> None:
        """`name`: charset, limits, parse, fields, cut, narrow, body or dates."""


def unseen(name: str, tree: HtmlElement | None = None) -> None:
    """Nobody looks."""
