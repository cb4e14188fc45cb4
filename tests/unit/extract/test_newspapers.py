"""Extraction's floor: whole reports out of our own newspapers, in every script, encoding and layout."""

import pytest

from tests.unit.extract.newspapers import LAYOUTS, Layout, Report, reports
from tests.unit.extract.pages import read
from wirewatch.model import Entry, Extract

REPORTS = reports()


def extracted(report: Report, layout: Layout) -> Extract:
    return read(layout(report).encode(report.encoding, "xmlcharrefreplace"), entry=Entry(url="https://example.org/"))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.language)
def test_a_report_comes_out_whole_and_alone(report: Report, layout: Layout) -> None:
    found = extracted(report, layout)

    assert found.body.split("\n") == report.body
    assert (found.title, list(found.authors), found.published_at) == (report.title, report.authors, report.published)


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.language)
def test_a_page_says_by_itself_how_its_bytes_are_read(report: Report) -> None:
    page = LAYOUTS[0](report).encode(report.encoding, "xmlcharrefreplace")

    lied_to = read(page, content_type="text/html; charset=iso-8859-1", entry=Entry(url="https://example.org/"))

    assert lied_to.body.split("\n") == report.body
