"""What has the shape of an article and is none: the few sentences before a paywall, a page that says it isn't there."""

import re
from typing import Any

from wirewatch.analysis.script import said
from wirewatch.errors import Reason, Skip
from wirewatch.extract.declared import Declared

TEASER = 500  # letters; what stands before a paywall has 100 to 400, the shortest whole reports of outlets with one some 600
_FALSE = frozenset({"false", "no", "0", "http://schema.org/false", "https://schema.org/false"})
_LOCKED = frozenset({"locked", "premium", "subscriber", "paid"})
_MISSING = re.compile(
    r"^\W*(?:(?:error|ошибка|помилка|грешка|greška)\W*)?404\b|\bpage (?:not found|cannot be found)\b"
    r"|\bstranica (?:nije|ne postoji)|\bстраница (?:није|не постоји|не найдена)|\bсторінк[уа] не знайдено"
    r"|페이지를 찾을 수 없|(?:页面|頁面|网页)不存在|找不到(?:页面|頁面|网页)|ページが見つかりません",
    re.IGNORECASE,
)


def refuse_wall(declared: Declared, title: str, body: str) -> None:
    """Raise Skip(PAYWALL or NOT_ARTICLE) for a short text that the page itself calls something else than an article."""
    if said(body) >= TEASER:
        return
    if _is_paid(declared):
        raise Skip(Reason.PAYWALL, f"{len(body)} characters before it")
    if _MISSING.search(title):
        raise Skip(Reason.NOT_ARTICLE, "says that it isn't there")


def _is_paid(declared: Declared) -> bool:
    free = [_text(node.get("isAccessibleForFree")) for node in (declared.article, declared.page)]
    return not _FALSE.isdisjoint(free) or declared.first("article:content_tier", "content_tier").lower() in _LOCKED


def _text(value: Any) -> str:
    return str(value).strip().lower() if isinstance(value, str | bool | int) else ""
