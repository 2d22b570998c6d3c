"""Lessons in a folder: one page each, and one that shows them all, offline, light and dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.packages import node_file
from support.wildgraphs import neuron

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value
from chalkgrad.viz import lessons, save_lessons, step
from chalkgrad.viz.command import cli


def own() -> dict[str, Any]:
    a = Value(2.0, label="a")
    out, *_ = neuron()
    return {"A neuron <of ours>": step(out), "Größer / 2": step(a * a, quiz=True), "?!": lessons["assign"]}


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """The first page of a collection, offline; nothing is requested but what lies in its folder."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, offline=True, color_scheme="dark")
    context.set_default_timeout(5000)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(save_lessons(own(), tmp_path / "out", title="My lessons").as_uri())
    yield page
    context.close()
    assert all(url.startswith((tmp_path.as_uri(), "data:")) for url in asked)


def test_each_lesson_is_a_page_and_the_first_page_links_them_all(tmp_path: Path) -> None:
    index = save_lessons(own(), tmp_path / "a" / "out", title="Mine & yours", about="1 < 2", notes={"?!": "Read <b>"})
    assert index == tmp_path / "a" / "out" / "index.html"
    pages = ["01-a-neuron-of-ours.html", "02-groer-2.html", "03-lesson.html"]
    assert sorted(file.name for file in index.parent.iterdir()) == [*pages, "index.html"]
    text = index.read_text(encoding="utf-8")
    assert re.findall(r'<a href="([^"]+)">', text) == pages
    for shown in ("<h1>Mine &amp; yours</h1>", "<p>1 &lt; 2</p>", "A neuron &lt;of ours&gt;", "Read &lt;b&gt;"):
        assert shown in text
    assert "= for +=" in text and "a = 3; y = a * a" in text and "the second share overwrites the first" in text
    assert "<script" not in text and "http" not in re.sub(r'src="data:[^"]*"', "", text)
    assert text.count('<div class="picture asks">') == 1  # its numbers are what is asked for
    assert [lesson.asks for lesson in list(own().values())[:2]] == [False, True]


def test_a_reader_goes_from_the_first_page_to_a_lesson_and_back(opened: Any) -> None:
    assert opened.get_by_role("heading", level=1).inner_text() == "My lessons"
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
    assert all(
        opened.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 0 && image.alt)")
    )
    opened.get_by_text("What to look for").click()
    assert opened.get_by_text("the second share overwrites").is_visible()
    picture = opened.locator("li", has_text="A neuron").locator("img").bounding_box()
    opened.mouse.click(picture["x"] + 20, picture["y"] + 20)  # the whole card is the link
    opened.locator(".player").wait_for()
    assert opened.title() == "Step by step: o"
    opened.go_back()
    assert opened.get_by_role("heading", level=2).count() == 3
    opened.set_viewport_size({"width": 390, "height": 844})
    assert opened.evaluate("document.documentElement.scrollWidth") == 390


def test_again_into_the_same_folder_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    save_lessons({"x": lessons["sign"]}, tmp_path)
    first = (tmp_path / "index.html").read_bytes()
    assert save_lessons({"x": lessons["sign"]}, str(tmp_path)).read_bytes() == first
    assert (tmp_path / "mine.txt").read_text() == "kept"


def test_what_is_no_lesson_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    out: Any = tmp_path / "out"
    with pytest.raises(ArgumentTypeError, match=r"the lesson 'a' must come from step\(...\), got a Value"):
        save_lessons({"b": lessons["sign"], "a": Value(1.0)}, out)  # type: ignore[dict-item]
    with pytest.raises(ArgumentTypeError, match="a dict of lessons by title, got list"):
        save_lessons([lessons["sign"]], out)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="there is no lesson to save"):
        save_lessons({}, out)
    with pytest.raises(ArgumentError, match="notes has 'b', which is no lesson; there are a"):
        save_lessons({"a": lessons["sign"]}, out, notes={"b": "?"})
    assert not out.exists()


def test_the_command_writes_the_twelve_lessons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lessons", "out", "--title", "Monday"]) == 0
    assert capsys.readouterr().out == f"12 lessons, in {Path('out', 'index.html')}: open it in a browser\n"
    names = sorted(file.name for file in Path("out").iterdir())
    assert len(names) == 13 and names[0] == "01-assign.html" and names[-1] == "index.html"
    text = Path("out", "index.html").read_text(encoding="utf-8")
    assert "<h1>Monday</h1>" in text and all(lesson.graph in text for lesson in lessons.values())
    for lesson, name in zip(lessons.values(), names, strict=False):
        assert f"What goes wrong: {lesson.title}" in Path("out", name).read_text(encoding="utf-8").replace(
            "&#x27;", "'"
        )
    Path("taken").write_text("")
    assert cli.main(["lessons", "taken"]) == 2
    assert capsys.readouterr().err.startswith("chalkgrad: cannot write taken: ")
    assert cli.main(["lessons"]) == 0 and Path("chalkgrad-lessons", "index.html").is_file()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_first_page(opened: Any, scheme: str) -> None:
    opened.emulate_media(color_scheme=scheme)
    opened.add_script_tag(content=node_file("axe-core", "axe.min.js").read_text(encoding="utf-8"))
    found = opened.evaluate("async () => (await axe.run()).violations.map((v) => [v.id, v.nodes.map((n) => n.target)])")
    assert found == []
