"""The systems that extraction is measured against. None but trafilatura is a dependency: what isn't installed is left out."""

import importlib.util
import logging
from collections.abc import Callable
from typing import Any

from trafilatura import bare_extraction

System = Callable[[bytes], str]
URL = "https://news.example.org/article"


def peers() -> tuple[dict[str, System], list[str]]:
    """By name, those that are installed; and the names of the others."""
    for noisy in ("readability", "newspaper", "newsplease", "goose3", "htmldate"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    optional: dict[str, tuple[str, System]] = {
        "newspaper4k": ("newspaper", _newspaper),
        "news-please": ("newsplease", _news_please),
        "readability-lxml": ("readability", _readability),
        "goose3": ("goose3", _goose),
        "justext": ("justext", _justext),
        "resiliparse": ("resiliparse", _resiliparse),
    }
    have = {name: system for name, (module, system) in optional.items() if importlib.util.find_spec(module)}
    always: dict[str, System] = {"trafilatura, body": _trafilatura, "trafilatura, with metadata": _trafilatura_with_metadata}
    return always | have, [name for name in optional if name not in have]


def _trafilatura(page: bytes) -> str:
    return getattr(bare_extraction(page, url=URL, include_comments=False), "text", "") or ""


def _trafilatura_with_metadata(page: bytes) -> str:
    return getattr(bare_extraction(page, url=URL, with_metadata=True, include_comments=False), "text", "") or ""


def _imported(name: str) -> Any:
    return importlib.import_module(name)


def _text(page: bytes) -> str:
    return page.decode(errors="replace")


def _newspaper(page: bytes) -> str:
    article = _imported("newspaper").Article(URL, fetch_images=False)
    article.download(input_html=_text(page))
    article.parse()
    return str(article.text)


def _news_please(page: bytes) -> str:
    return _imported("newsplease").NewsPlease.from_html(_text(page), url=URL).maintext or ""


def _readability(page: bytes) -> str:
    summary = _imported("readability").Document(_text(page)).summary()
    tree = _imported("lxml.html").fromstring(summary)
    return "\n".join(line for line in tree.itertext() if line.strip())


def _goose(page: bytes) -> str:
    goose = _imported("goose3").Goose({"enable_image_fetching": False})
    return str(goose.extract(raw_html=_text(page)).cleaned_text)


def _justext(page: bytes) -> str:
    justext = _imported("justext")
    stops = justext.get_stoplist("English") | justext.get_stoplist("German")
    return "\n".join(each.text for each in justext.justext(page, stops) if not each.is_boilerplate)


def _resiliparse(page: bytes) -> str:
    extract = _imported("resiliparse.extract.html2text").extract_plain_text
    return str(extract(_imported("resiliparse.parse.html").HTMLTree.parse(_text(page)), main_content=True, alt_texts=False))
