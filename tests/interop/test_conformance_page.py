"""The page of ``kaspec conformance run --html`` in a browser, made from the record of a real run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from shell.commands.conformance import conformance
from tests.interop.browser import Page, browsing

RECORD = Path(__file__).parents[1] / "unit" / "runner" / "recorded.json"
CASE = "keepalived-rfc3768-6.4.3-priority-zero"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("page")
    written = folder / "run.html"
    result = CliRunner().invoke(conformance, ["show", str(RECORD), "--html", str(written)])
    assert "wrote" in result.stderr, result
    with browsing(folder / "profile") as opened:
        opened.open(written.as_uri())
        yield opened


def test_a_verdict_leads_to_its_case_which_opens_and_can_be_stepped_through_with_keys(page: Page) -> None:
    page.ask(f"document.querySelector('#cases a[href=\"#{CASE}\"]').focus()")
    page.press("Enter")
    page.wait(f"document.getElementById('{CASE}').open")
    page.ask(f"document.querySelector('#{CASE.replace('.', chr(92) * 2 + '.')} figure').focus()")
    page.press("Home")
    assert "starts" in page.ask(f"document.getElementById('{CASE}').querySelector('.now').innerText")
    page.press("End")
    assert "priority 100" in page.ask(f"document.getElementById('{CASE}').querySelector('.now').innerText")


def test_verdicts_can_be_left_out(page: Page) -> None:
    shown = "[...document.querySelectorAll('.of-pass')].filter(each => getComputedStyle(each).display != 'none').length"
    assert page.ask(shown) > 0
    page.ask("document.getElementById('show-pass').click()")
    assert page.ask(shown) == 0
    page.ask("document.getElementById('show-pass').click()")


def test_it_is_readable_in_the_dark_asks_nobody_and_complains_of_nothing(page: Page) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    page.prefer("light")
    light = page.ask(colour)
    page.prefer("dark")
    assert page.ask(colour) != light
    assert page.ask("[...document.querySelectorAll('svg[role=img]')].every(each => each.getAttribute('aria-label'))")
    assert page.ask("performance.getEntriesByType('resource').length") == 0
    assert page.ask("document.getElementById('error').innerText") == ""
    assert page.complaints == []
