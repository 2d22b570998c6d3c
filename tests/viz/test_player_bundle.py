"""The page's script and style sheet: joined from modules that may stand in one scope, and from every file there is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import chalkgrad.viz.player
import chalkgrad.viz.scrubber
from chalkgrad import Value, step
from chalkgrad.viz.player import bundle
from chalkgrad.viz.player.bundle import STYLES, built, script, shipped_script, style_sheet

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGE = Path(next(iter(chalkgrad.viz.player.__path__))) / "page"
SCRUBBER = Path(next(iter(chalkgrad.viz.scrubber.__path__))) / "page"
PAGES = {path.stem: folder for folder in (PAGE, SCRUBBER) for path in sorted(folder.glob("*.js"))}
MODULES = sorted(path.stem for path in PAGE.glob("*.js"))
each_module = pytest.mark.parametrize("name", PAGES)
TOP_LEVEL = re.compile(r"^(?:async )?(?:const|let|var|function\*?|class) (\{[^}]*\}|\[[^\]]*\]|\w+)", re.MULTILINE)


def module(name: str) -> bundle.Module:
    return bundle.module(name, PAGES[name])


def top_level_names(name: str) -> list[str]:
    return [word for names in TOP_LEVEL.findall(module(name).code) for word in re.findall(r"\w+", names)]


@each_module
def test_an_import_names_what_is_exported(name: str) -> None:
    for source, names in module(name).imports.items():
        assert source in PAGES, f"{name} imports {source}"
        assert set(names) <= set(module(source).exports), f"{name} imports from {source}"


@each_module
def test_what_is_imported_is_used_and_what_is_exported_is_defined(name: str) -> None:
    for names in module(name).imports.values():
        for word in names:
            assert re.search(rf"\b{word}\b", module(name).code), f"{name} imports {word} and does not use it"
    assert set(module(name).exports) <= set(top_level_names(name))


@each_module
def test_imports_and_exports_are_of_the_one_form_that_is_joined(name: str) -> None:
    assert not re.search(r"^\s*(import|export)\b", module(name).code, re.MULTILINE)
    assert "import(" not in module(name).code


def test_no_two_modules_define_the_same_name() -> None:
    defined = Counter(word for name in PAGES for word in top_level_names(name))
    assert [word for word, times in defined.items() if times > 1] == []


def test_no_module_defines_a_name_that_the_browser_has(chromium: Browser) -> None:
    """In one scope it would hide the browser's from all the others."""
    page = chromium.new_page()
    names = [word for name in PAGES for word in top_level_names(name)]
    assert page.evaluate("(names) => names.filter((name) => name in window)", names) == []
    page.close()


@each_module
def test_each_comes_after_those_it_imports(name: str) -> None:
    """A circle is refused: `script` could not order it."""
    text = script(name, PAGES[name])
    for source in module(name).imports:
        assert text.index(module(source).code) < text.index(module(name).code)


def test_no_two_modules_have_the_same_name_and_every_one_of_the_scrubber_is_part_of_it() -> None:
    theirs = sorted(path.stem for path in SCRUBBER.glob("*.js"))
    assert not set(theirs) & set(MODULES)
    assert [name for name in theirs if module(name).code not in script("scrub", SCRUBBER)] == []


def test_every_module_is_part_of_the_player_or_of_the_widget() -> None:
    """But for the special functions, which come with the lessons that use one."""
    assert [name for name in MODULES if module(name).code not in script("widget")] == ["special"]
    assert [name for name in MODULES if module(name).code not in script("main")] == ["special", "widget"]


@each_module
def test_types_and_comments_do_not_ship_and_the_rest_does(name: str) -> None:
    """Take away imports, the word export, JSDoc blocks and comments line by line: what is left is the module's code."""
    kept, inside, importing = [], False, False
    for line in (PAGES[name] / f"{name}.js").read_text(encoding="utf-8").splitlines():
        importing = importing or line.startswith("import ")
        inside = inside or (line.lstrip().startswith("/**") and not re.search(r"\*/.*\S", line))
        if not inside and not importing and not line.lstrip().startswith("// "):
            kept.append(line.removeprefix("export "))
        importing = importing and not line.endswith(";")
        inside = inside and not line.endswith("*/")
    assert "\n".join(kept).strip() == module(name).code.strip()
    assert "@param {" not in module(name).code


def test_what_is_carried_small_is_made_of_the_sources_as_they_are() -> None:
    names = ["player.js", "special.js", "player.css"]
    assert [name for name in names if not built(name)] == [], "run: npm --prefix tests/js run build"
    assert built("scrubber.js", SCRUBBER) and built("scrubber.css", SCRUBBER), "run: npm --prefix tests/js run build"
    assert len(shipped_script("")) < 0.7 * len(script("widget"))


@pytest.fixture
def changed_sources(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if a script had been changed since the small one was made."""
    caches: list[Any] = [bundle.player_script, bundle.special_script, style_sheet]
    monkeypatch.setattr(bundle, "built", lambda name, page: None)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.usefixtures("changed_sources")
def test_every_style_sheet_is_joined_once() -> None:
    assert sorted(STYLES) == sorted(path.stem for path in PAGE.glob("*.css") if path.stem != "sheets")
    for name in STYLES:
        assert style_sheet().count((PAGE / f"{name}.css").read_text(encoding="utf-8")) == 1


@pytest.mark.usefixtures("changed_sources")
def test_a_page_of_changed_sources_shows_them_as_they_are(chromium: Browser) -> None:
    x = Value(3.0, label="x")
    page = chromium.new_page()
    page.set_content(step(x * x).html())
    page.get_by_role("button", name="Last step").click()
    assert page.locator(".stage #n0 .grad").text_content() == "6.0000"
    page.close()


def test_no_file_of_the_page_is_long() -> None:
    for path in [path for page in (PAGE, SCRUBBER) for kind in ("*.js", "*.css") for path in page.glob(kind)]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 350, path.name


def changed_to_four(page: Page, op: str) -> str:
    """What the root of `op` of x, which is 3, is when x has become 4 in the page."""
    x = Value(3.0, label="x")
    page.set_content(step(getattr(x, op)()).html())
    page.get_by_role("button", name="Last step").click()
    page.locator(".stage #n0").click()
    page.get_by_role("textbox", name="Value of x").fill("4")
    page.keyboard.press("Enter")
    return page.locator(".stage #n1 .data").text_content() or ""


def test_special_functions_come_with_the_lessons_that_use_one(chromium: Browser) -> None:
    page = chromium.new_page()
    assert [changed_to_four(page, op) for op in ("lgamma", "gamma", "digamma")] == ["1.7918", "6.0000", "1.2561"]
    assert bundle.special_script() in shipped_script("gamma")
    assert bundle.special_script() not in shipped_script(step(Value(3.0).exp()).rules)
    page.close()


@pytest.mark.usefixtures("changed_sources")
def test_changed_special_functions_come_as_they_are(chromium: Browser) -> None:
    page = chromium.new_page()
    assert changed_to_four(page, "lgamma") == "1.7918"
    page.close()
