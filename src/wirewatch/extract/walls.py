"""What has the shape of an article and is none: the few sentences before a paywall, a page that says it isn't there."""

import re

from wirewatch.analysis.script import said
from wirewatch.errors import Reason, Skip

TEASER = 500  # letters; what stands before a paywall has 100 to 400, the shortest whole reports of outlets with one some 600
_MISSING = re.compile(
    r"^\W*(?:(?:error|ошибка|помилка|грешка|greška)\W*)?404\b|\bpage (?:not found|cannot be found)\b"
    r"|\bstranica (?:nije|ne postoji)|\bстраница (?:није|не постоји|не найдена)|\bсторінк[уа] не знайдено"
    r"|페이지를 찾을 수 없|(?:页面|頁面|网页)不存在|找不到(?:页面|頁面|网页)|ページが見つかりません",
    re.IGNORECASE,
)


def refuse_wall(title: str, body: str, *, paywall: bool) -> None:
    """Raise Skip(PAYWALL or NOT_ARTICLE) for a short text that the page itself calls something else than an article."""
    if said(body) >= TEASER:
        return
    if paywall:
        raise Skip(Reason.PAYWALL, f"{len(body)} characters before it")
    if _MISSING.search(title):
        raise Skip(Reason.NOT_ARTICLE, "says that it isn't there")
