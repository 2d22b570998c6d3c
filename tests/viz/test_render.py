"""What Graphviz draws: SVG and its hooks, files, notebooks, and labels that want to be markup."""

from __future__ import annotations

import base64
import errno
import os
import random
import re
import stat
import subprocess
import sys
import threading
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import graphviz
import pytest

from chalkgrad.engine import ArgumentError, MissingDependencyError, Value, tanh
from chalkgrad.nn import MLP
from chalkgrad.viz import Drawing, draw, draw_dot
from chalkgrad.viz.graph import render
from chalkgrad.viz.theme import ROLES

SVG = "{http://www.w3.org/2000/svg}"


def neuron() -> Value:
    x, w, b = Value(2.0, "x"), Value(-3.0, "w"), Value(6.5, "b")
    o = tanh(x * w + b - 1.0)
    o.label = "o"
    return o


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def groups(svg: str, kind: str) -> dict[str, ElementTree.Element]:
    """The groups of a class, by id."""
    found = [g for g in parse(svg).iter(SVG + "g") if kind in g.get("class", "").split()]
    return {g.get("id", ""): g for g in found}


def text(group: ElementTree.Element, kind: str) -> str:
    (found,) = [t for t in group.iter(SVG + "text") if kind in t.get("class", "").split()]
    return found.text or ""


# the SVG


def test_nodes_edges_and_clusters_can_be_found() -> None:
    o = neuron()
    o.backward()
    svg = draw(o).svg
    nodes, edges = groups(svg, "node"), groups(svg, "edge")
    assert sorted(nodes) == sorted(f"n{i}" for i in range(8))
    assert sorted(edges) == ["e2-0", "e2-1", "e4-0", "e4-1", "e6-0", "e6-1", "e7-0"]
    assert (text(nodes["n7"], "op"), text(nodes["n7"], "label")) == ("tanh", "o")
    assert (text(nodes["n7"], "data"), text(nodes["n7"], "grad")) == ("−0.4621", "1.0000")
    assert text(nodes["n5"], "data") == "1"  # a constant, which has no gradient
    assert not [t for t in nodes["n5"].iter(SVG + "text") if "grad" in t.get("class", "")]
    assert [sorted(groups(svg, kind)) for kind in ("input", "parameter", "constant", "root")] == [
        ["n0"], ["n1", "n3"], ["n5"], ["n7"],
    ]  # fmt: skip
    network = draw(MLP(1, [2, 1], seed=1)([0.5])).svg
    assert sorted(groups(network, "layer")) == ["c-layer0", "c-layer1"]
    assert sorted(groups(network, "neuron")) == ["c-layer0.neuron0", "c-layer0.neuron1", "c-layer1.neuron0"]


def test_every_part_has_a_tooltip_and_an_id_of_its_own() -> None:
    y = MLP(2, [3, 1], seed=1)([0.5, 1.0])
    for drawing in (draw(y), draw(y, detail="neuron"), draw(y, detail="layer"), draw(y, max_nodes=4)):
        root = parse(drawing.svg)
        ids = [g.get("id") for g in root.iter(SVG + "g")]
        assert len(set(ids)) == len(ids)
        titled = {g.get("id", ""): g.findtext(SVG + "title") for g in root.iter(SVG + "g")}
        assert {key: title for key, title in titled.items() if title} == drawing.titles


def test_the_svg_stands_by_itself() -> None:
    drawing = draw(neuron())
    assert drawing.svg.startswith("<svg ")
    assert "<!" not in drawing.svg
    root = parse(drawing.svg)
    assert (root.get("role"), root.get("aria-label")) == ("img", drawing.alt)
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    assert root.get("viewBox") == f"0.00 0.00 {width:.2f} {height:.2f}"
    assert not re.search(r"https?://(?!www\.w3\.org/)", drawing.svg)
    assert "xlink" not in drawing.svg


def test_themes() -> None:
    o = neuron()
    auto, light, dark = (draw(o, theme=theme).svg for theme in ("auto", "light", "dark"))
    assert "prefers-color-scheme:dark" in auto
    assert [parse(svg).get("class") for svg in (auto, light, dark)] == [
        f"chalkgrad {theme}" for theme in ("auto", "light", "dark")
    ]
    assert 'data-jp-theme-light="false"' in auto.replace("&quot;", '"')
    for fixed, column in ((light, 0), (dark, 1)):
        assert "prefers-color-scheme" not in fixed
        assert f'fill="{ROLES["forward"][column]}"' in fixed
        assert ROLES["forward"][1 - column] not in fixed
    assert auto.count("var(--") == auto.count("svg.chalkgrad.auto .") == 2 * len(ROLES)  # none for other drawings
    used = {c for g in parse(auto).iter() for c in g.get("class", "").split() if re.match("[fs]-", c)}
    assert {"f-paper", "f-forward", "f-backward", "s-line", "s-parameter-edge"} <= used
    assert all(f".{c}{{" in auto for c in used)
    coloured = {g.get(side) for g in parse(auto).iter() for side in ("fill", "stroke")}
    assert coloured - {None, "none"} <= {colours[0] for colours in ROLES.values()}


def test_a_colour_that_is_drawn_belongs_to_a_role() -> None:
    y = MLP(1, [2, 1], seed=1)([0.5])
    for drawing in (draw(y), draw(y, detail="neuron"), draw(y, max_nodes=3)):
        elements = list(parse(drawing.svg).iter())
        colours = {e.get(side) for e in elements for side in ("fill", "stroke")} - {None, "none"}
        assert colours <= {colours[0] for colours in ROLES.values()}


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    drawing = draw(neuron())
    assert drawing.svg
    assert drawing.png
    y = Value(1.0, "x")
    for _ in range(600):
        y = y + 1.0
    assert draw(y, max_nodes=None).svg  # pygraphviz warns of graphs this large
    small = '<<TABLE><TR><TD FIXEDSIZE="TRUE" WIDTH="1" HEIGHT="1">wide</TD></TR></TABLE>>'
    assert render.render(f"digraph {{ n [label={small}] }}", "svg")  # and Graphviz of such a cell
    assert capfd.readouterr() == ("", "")


def test_threads_may_draw_at_once() -> None:
    o = neuron()
    wanted = draw(o).svg
    drawn: list[str] = []
    threads = [threading.Thread(target=lambda: drawn.extend(draw(o).svg for _ in range(5))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [wanted] * 20


# labels


SEEDS = [
    "<img src=x onerror=alert(1)>", '"];evil[', r"\N", r"\G\L\E\T\H\l\n\r", "{a|b}", "\x00", "a\nb", "\r\n",
    "<b>bold</b>", "<", ">", "&", "&amp;", "&lt;", "&#60;", "&#0;", "&#x41;", "&nbsp;", "]]>", "<![CDATA[", "<!--",
    "-->", "</TD>", "<BR/>", "</TABLE>>", ">]", "\\", "\\\\", '\\"', '"', "'", 'charset="latin1"', "charset=",
    "' onload='x", " ", "  a  b ", "\t", "\u202eabc", "\ud800", "😀", "👩‍👩‍👧", "עברית", "中文" * 30, "x" * 10_000,
    "\ufffe", "\x7f", "\x1b[31m", "%s%n", "}", "digraph {", "//", "/*", "#", "a:b:c", "node", "graph", "n0", "\u2028",
    "\xa0", "\xad", "e\u0301" * 50, "=", "$(x)", "`x`", "javascript:alert(1)", "style=filled", "\\\n", "\\0", "\x08",
]  # fmt: skip


def hostile_labels() -> list[str]:
    chance = random.Random(0)
    mixed = ["".join(chance.choices(SEEDS, k=3)) for _ in range(100)]
    letters = ["".join(chance.choices("<>&;\"'\\{}|[]=NGL\n\x00 /-#x", k=12)) for _ in range(100)]
    return [*SEEDS, *mixed, *letters]


def skeleton(element: ElementTree.Element) -> tuple[object, ...]:
    """An element tree without its texts and without the places of what is drawn."""
    return (element.tag, sorted(element.attrib), [skeleton(child) for child in element])


def picture(label: str) -> Drawing:
    x = Value(2.0, label)
    y = x * Value(1.0, "p")
    y.label = label
    return draw(y)


def test_a_label_is_never_markup() -> None:
    labels = hostile_labels()
    assert len(labels) > 200
    plain = skeleton(parse(picture("harmless").svg))
    for label in labels:
        drawing = picture(label)
        drawn = parse(drawing.svg)
        assert skeleton(drawn) == plain, repr(label)
        nodes = groups(drawing.svg, "node")
        assert [text(nodes[node], "label") for node in ("n0", "n2")] == [as_seen(label)] * 2, repr(label)


def as_seen(label: str) -> str:
    """What is seen of a label: printable characters as typed, the others as Python would escape them."""
    cut = label if len(label) <= 32 else label[:31] + "…"
    return "".join(c if c.isprintable() or c == "\u200d" else repr(c)[1:-1] for c in cut)


def test_hostile_labels_in_every_other_place() -> None:
    for label in ("<img src=x onerror=alert(1)>", '"];evil[', r"\N", "{a|b}", "\x00", "-->"):
        y = picture(label)
        assert base64.b64decode(images(y._repr_html_())[0]["src"].partition(",")[2]).decode() == y.svg
        assert images(y._repr_html_())[0]["alt"] == y.alt
        weight = Value(1.0, f"{label}.w[0]")
        out = weight * 2.0
        out.scope = label
        for detail in ("op", "neuron", "layer"):
            root = parse(draw([out], detail=detail).svg)
            assert all(re.fullmatch(r"[\w.-]+", g.get("id", "")) for g in root.iter(SVG + "g"))
            assert not [e for e in root.iter() if e.tag not in {SVG + tag for tag in TAGS}]


TAGS = ("svg", "style", "g", "title", "polygon", "path", "polyline", "text", "ellipse")


# notebooks


def images(html: str) -> list[dict[str, str]]:
    """The attributes of the images of a page; anything but images and style is refused."""
    found: list[dict[str, str]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag in ("img", "style")
            if tag == "img":
                found.append({key: value or "" for key, value in attrs})

    Reader().feed(html)
    return found


def test_a_notebook_shows_an_image_with_a_description() -> None:
    drawing = draw(neuron())
    (image,) = images(drawing._repr_html_())
    assert image["alt"] == drawing.alt
    assert "Output: o = −0.4621, no gradient yet" in image["alt"]
    assert image["src"].startswith("data:image/svg+xml;base64,")
    assert drawing._repr_svg_() == drawing.svg
    assert repr(drawing) == f"<Drawing: {drawing.alt}>"


# files


def test_save(tmp_path: Path) -> None:
    drawing = draw(neuron())
    for suffix, start in ((".svg", b"<svg "), (".png", b"\x89PNG\r\n"), (".pdf", b"%PDF-"), (".dot", b"digraph {")):
        path = drawing.save(tmp_path / f"graph{suffix}")
        assert path == tmp_path / f"graph{suffix}"
        assert path.read_bytes().startswith(start)
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8") == drawing.svg
    assert (tmp_path / "graph.dot").read_text(encoding="utf-8") == drawing.source
    assert drawing.save(str(tmp_path / "GRAPH.PNG")).read_bytes() == drawing.png
    assert len(list(tmp_path.iterdir())) == 5


def test_a_png_has_two_dots_for_each_point() -> None:
    drawing = draw(neuron())
    width = int.from_bytes(drawing.png[16:20], "big")
    assert width == pytest.approx(192 / 72 * float(parse(drawing.svg).get("width", "")), rel=0.02)


def test_a_very_large_png_stays_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "MAX_PIXELS", 1e5)
    png = draw(neuron()).png
    width, height = (int.from_bytes(png[i : i + 4], "big") for i in (16, 20))
    assert 0.8e5 < width * height < 1.2e5


@pytest.mark.parametrize("name", ["graph", "graph.jpeg", "graph.svg.txt", ".svg"])
def test_a_name_says_the_format(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArgumentError, match=r"must end in one of \.svg, \.png, \.pdf, \.dot; got "):
        draw(neuron()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"there is no folder .*nowhere"):
        draw(neuron()).save(tmp_path / "nowhere" / "graph.svg")


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "graph.dot"
    target.write_text("before")

    def full_disk(fd: int) -> None:
        os.truncate(fd, 10)
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space left"):
        draw(neuron()).save(target)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_cannot_be_written_goes_by_the_name_that_was_asked_for(tmp_path: Path) -> None:
    target = tmp_path / f"{'a' * 300}.dot"  # longer than a file's name can be
    with pytest.raises(OSError) as caught:
        draw(neuron()).save(target)
    assert caught.value.filename == str(target)
    assert caught.value.errno is not None
    (tmp_path / "taken.dot").mkdir()
    with pytest.raises(OSError) as caught:
        draw(neuron()).save(tmp_path / "taken.dot")
    assert (caught.value.filename, caught.value.filename2) == (str(tmp_path / "taken.dot"), None)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.dot"]


@pytest.mark.parametrize("name", [".", "", "..", "folder/"])
def test_a_name_is_quoted_as_it_was_typed(name: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(f"must end in one of .svg, .png, .pdf, .dot; got {name!r}")):
        draw(neuron()).save(name)


# what is installed


@pytest.fixture
def no_pygraphviz(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without pygraphviz, and with one folder on its path, which is empty."""
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_with_neither_graphviz_the_error_says_what_to_install(no_pygraphviz: Path) -> None:
    drawing = draw(neuron())
    assert drawing.source.startswith("digraph {")
    with pytest.raises(MissingDependencyError, match="pip install pygraphviz, or install Graphviz itself"):
        _ = drawing.svg


@pytest.mark.skipif(os.name == "nt", reason="a script cannot stand in for a program on Windows")
def test_an_installed_dot_is_the_second_choice(no_pygraphviz: Path) -> None:
    program = no_pygraphviz / "dot"
    program.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        "source = sys.stdin.read()\n"
        "assert source.startswith('digraph {'), source\n"
        'print(\'<svg xmlns="http://www.w3.org/2000/svg" width="8pt" height="9pt">\')\n'
        "print('<desc>' + ' '.join(sys.argv[1:]) + '</desc></svg>')\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    root = parse(draw(neuron()).svg)
    assert (root.get("width"), root.findtext(SVG + "desc")) == ("8", "-Kdot -Tsvg")


def test_without_the_graphviz_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(MissingDependencyError, match="pip install graphviz"):
        draw(neuron())
    with pytest.raises(MissingDependencyError, match="pip install graphviz"):
        draw_dot(neuron())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Graphviz finds fonts by the system's own means")
def test_without_a_font_a_png_is_refused_and_an_svg_is_drawn(tmp_path: Path) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text("<fontconfig></fontconfig>")
    code = (
        "from chalkgrad.engine import Value, MissingDependencyError\n"
        "from chalkgrad.viz import draw\n"
        "drawing = draw(Value(1.0, 'x') * 2)\n"
        "assert '>1.0000<' in drawing.svg\n"
        "for kind in ('png', 'pdf'):\n"
        "    try:\n"
        "        getattr(drawing, kind)\n"
        "    except MissingDependencyError as error:\n"
        "        print(error)\n"
    )
    environment = {**os.environ, "FONTCONFIG_FILE": str(empty)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.count("save as .svg") == 2
    assert done.stderr == ""


# micrograd's draw_dot


def test_draw_dot_is_a_digraph_that_needs_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    o = neuron()
    dot = draw_dot(o, format="png", rankdir="TB")
    assert isinstance(dot, graphviz.Digraph)
    assert dot.source == draw(o, rankdir="TB").source
    assert list(dot._repr_mimebundle_()) == ["image/svg+xml"]
    assert dot._repr_mimebundle_()["image/svg+xml"] == draw(o, rankdir="TB").svg
    path = dot.render(tmp_path / "graph")
    assert path == str(tmp_path / "graph.png")
    assert Path(path).read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "graph").read_text(encoding="utf-8") == dot.source
    assert dot.render("other", directory=tmp_path, format="svg", cleanup=True) == str(tmp_path / "other.svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["graph", "graph.png", "other.svg"]
    assert dot.pipe("svg", encoding="utf-8").startswith("<?xml")
    viewed: list[str] = []
    monkeypatch.setattr(dot, "_view", lambda path, *, format, quiet: viewed.append(path))
    assert dot.view(tmp_path / "seen", cleanup=True) == str(tmp_path / "seen.png")
    assert viewed == [str(tmp_path / "seen.png")]
    dot.node("more")
    assert "more" in dot.pipe("svg", encoding="utf-8")


def test_draw_dot_checks_its_arguments() -> None:
    with pytest.raises(
        ArgumentError, match="format must be one that Graphviz writes, such as svg, png or pdf; got 'doc'"
    ):
        draw_dot(neuron(), format="doc")
    with pytest.raises(ArgumentError, match="rankdir must be one of"):
        draw_dot(neuron(), rankdir="UP")
