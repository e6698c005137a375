"""The page of ``kaspec verify --html`` in a browser: it needs nobody else, and one can step through it with keys alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from shell.commands.verify import verify
from tests.interop.browser import Page, browsing

NOTES = Path(__file__).parents[1] / "unit" / "config" / "notes"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("page")
    written = folder / "report.html"
    files = [str(NOTES / f"{name}.conf") for name in ("master", "slave")]
    result = CliRunner().invoke(verify, ["--quick", "--html", str(written), *files])
    assert "wrote" in result.stderr, result
    with browsing(folder / "profile") as opened:
        opened.open(written.as_uri())
        yield opened


def test_it_shows_what_to_change_with_the_lines_themselves(page: Page) -> None:
    assert page.ask("document.querySelector('.verdict').innerText") == "violated"
    changed = page.ask("[...document.querySelectorAll('.changed')].map(each => each.innerText)")
    assert any("24" in line and "virtual_router_id 100" in line for line in changed)
    assert any("14" in line and "virtual_router_id 111" in line for line in changed)


def test_one_steps_through_what_happens_with_keys(page: Page) -> None:
    page.ask("document.querySelector('figure.run').focus()")
    page.press("Home")
    told = "document.querySelector('figure.run .now').innerText"
    assert "master starts" in page.ask(told)
    veil = "Number(document.querySelector('figure.run .veil').getAttribute('y'))"
    first = page.ask(veil)
    for _ in range(2):
        page.press("ArrowRight")
    assert "master has heard no Master" in page.ask(told)
    assert "3.609375 s" in page.ask(told)
    assert page.ask(veil) > first
    page.press("ArrowLeft")
    assert "slave starts" in page.ask(told)
    page.press("End")
    assert page.ask("document.querySelector('figure.run [data-go=forward]').disabled")
    assert page.ask("document.querySelectorAll('figure.run td.state.master').length") == 2


def test_it_is_readable_in_the_dark_and_by_those_who_do_not_see(page: Page) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    page.prefer("light")
    light = page.ask(colour)
    page.prefer("dark")
    assert page.ask(colour) != light
    assert page.ask("[...document.querySelectorAll('svg[role=img]')].every(each => each.getAttribute('aria-label'))")
    assert page.ask("[...document.querySelectorAll('button, input')].every(each => each.innerText.trim() || each.ariaLabel)")
    assert page.ask("document.documentElement.lang") == "en"


def test_it_asks_nobody_for_anything_and_complains_of_nothing(page: Page) -> None:
    assert page.ask("performance.getEntriesByType('resource').length") == 0
    assert page.ask("document.getElementById('error').innerText") == ""
    assert page.complaints == []


def test_a_page_that_fails_says_so(page: Page) -> None:
    page.ask("void setTimeout(() => { throw new Error('on purpose'); })")
    page.wait("document.getElementById('error').innerText.includes('on purpose')")
