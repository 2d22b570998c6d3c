"""The player's page, worked with in a real browser: from a file, with the network off."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.wildgraphs import neuron, random_graph

from chalkgrad.engine import ArgumentError, ArgumentTypeError, Value, maximum, record_source, topological_order, trace
from chalkgrad.engine.floats import same
from chalkgrad.engine.ops import Op
from chalkgrad.nn import MLP, SGD, Adam
from chalkgrad.viz.player.player import Player, script, step

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

INSIDE = "document.querySelector('.chalkgrad-player').shadowRoot"
HOSTILE = [
    '<img src=x onerror="window.hit=1">',
    "</script><script>window.hit=1</script>",
    '"];evil[',
    "\\N",
    "{a|b}",
    "$x$",
    "<!--",
]


def shared() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    d = a + b * 2
    d.label = "d"
    e = c * d
    e.label = "e"
    return e


Open = Callable[..., "Page"]


@pytest.fixture
def visit(chromium: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a player's page from a file, offline; at the end nothing was requested and nothing complained."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, offline=True)
    context.set_default_timeout(5000)
    requests: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    context.on("console", lambda message: complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))

    def open_page(player: Player, address: str = "", **settings: Any) -> Page:
        page = context.new_page()
        if settings:
            page.emulate_media(**settings)
        page.goto(player.save(tmp_path / "lesson.html").as_uri() + address)
        return page

    yield open_page
    context.close()
    assert [url for url in requests if "lesson.html" not in url] == []
    assert complaints == []


def picture(page: Page) -> str:
    html: str = page.evaluate(f"{INSIDE}.querySelector('.player').outerHTML")
    return html


def sentence(page: Page) -> str:
    return page.locator(".sentence").inner_text()


def where(page: Page) -> str:
    return page.locator(".where").inner_text()


def card(page: Page, node: int, what: str) -> str:
    return page.locator(f".stage svg:not([hidden]) #n{node} .{what}").text_content() or ""


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


# stepping


def test_back_from_the_last_step_to_the_first_gives_the_first_picture_byte_for_byte(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    pictures = [picture(page)]
    for _ in range(15):
        press(page, "ArrowRight")
        pictures.append(picture(page))
    assert len(set(pictures)) == 16
    for before in reversed(pictures[:-1]):
        press(page, "ArrowLeft")
        assert picture(page) == before
    press(page, "End", "Home")
    assert picture(page) == pictures[0]


def test_every_key_and_button(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    assert where(page) == "Start · 15 steps"
    for keys, expected in [
        (["ArrowRight"], 1), (["ArrowRight", "ArrowRight"], 3), (["ArrowLeft"], 2), (["End"], 15), (["ArrowRight"], 15),
        (["Home", "ArrowLeft"], 0), (["2"], 6), (["1"], 1),
    ]:  # fmt: skip
        press(page, *keys)
        assert where(page).startswith(f"Step {expected} of 15" if expected else "Start")
    for name, expected in [
        ("Last step", 15),
        ("Step back", 14),
        ("First step", 0),
        ("Step", 1),
        ("← Backward", 6),
        ("→ Forward", 1),
    ]:
        page.get_by_role("button", name=name, exact=True).click()
        assert where(page).startswith(f"Step {expected} of 15" if expected else "Start"), name
    page.get_by_role("slider", name="Step", exact=True).fill("9")
    assert where(page).startswith("Step 9 of 15")
    press(page, "p")
    assert "big" in page.locator(".player").get_attribute("class").split()
    press(page, "p")
    assert "big" not in page.locator(".player").get_attribute("class").split()
    press(page, "?")
    assert page.get_by_role("dialog").is_visible()
    press(page, "Escape")
    assert not page.get_by_role("dialog").is_visible()
    press(page, "q")
    assert page.locator(".quiz").is_visible()
    press(page, "q")
    assert not page.locator(".quiz").is_visible()


def test_play_runs_to_the_end_and_stops(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    page.get_by_label("Speed").select_option("5×")
    page.evaluate("document.activeElement.blur()")
    press(page, "Space")
    assert page.get_by_role("button", name="Pause").is_visible()
    press(page, "Space")
    assert page.get_by_role("button", name="Play").is_visible()
    page.get_by_role("button", name="Play").click()
    page.get_by_text("Step 15 of 15").wait_for()
    assert page.get_by_role("button", name="Play").is_visible()


def test_the_address_holds_the_step(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=7")
    assert where(page).startswith("Step 7 of 15")
    press(page, "ArrowRight")
    assert page.evaluate("location.hash") == "#step=8"
    page.evaluate("location.hash = '#step=3'")
    page.get_by_text("Step 3 of 15").wait_for()


# what is shown


@pytest.mark.parametrize("seed", range(12))
def test_the_pages_events_are_the_traces_to_the_bit(visit: Open, seed: int) -> None:
    root, _ = random_graph(seed)
    run = trace(root)
    player = step(root)
    page = visit(player)
    events = page.evaluate(
        f"""([lesson]) => {{ {script()}
        const text = (x) => Object.is(x, -0) ? "-0" : x === undefined || x === null ? null : String(x);
        return runOf(revived(lesson), new Map()).events.map((e) => [e.kind, e.node, e.parent ?? null, e.operand ?? null,
          text(e.value), text(e.upstream), text(e.local), text(e.contribution), text(e.before), text(e.after)]);
        }}""",
        [player.data],
    )

    def number(x: str | None) -> float | None:
        return None if x is None else float(x.replace("Infinity", "inf"))

    assert len(events) == len(run.events)
    for got, event in zip(events, run.events, strict=True):
        assert got[:4] == [event["kind"], event["node"], event.get("parent"), event.get("operand")]
        for x, name in zip(got[4:], ("value", "upstream", "local", "contribution", "before", "after"), strict=True):
            wanted = event.get(name)
            assert number(x) is wanted or same(number(x), wanted), (event, name)


def test_dashes_until_a_number_is_reached(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    assert (card(page, 9, "data"), card(page, 9, "grad")) == ("–", "–")
    assert card(page, 0, "data") == "2.0000"
    press(page, "5", "2")
    assert (card(page, 9, "data"), card(page, 9, "grad"), card(page, 8, "grad")) == ("0.7071", "1.0000", "–")
    press(page, "ArrowRight")
    assert card(page, 8, "grad") == "0.5000"
    press(page, "End")
    assert [card(page, i, "grad") for i in (0, 1, 3, 4, 7)] == ["−1.5000", "1.0000", "0.5000", "0.0000", "0.5000"]


def test_order_of_nodes_is_visible(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    texts = page.locator("svg[data-view]:not([hidden]) .index").all_text_contents()
    assert sorted(texts) == sorted(["0", "1", "v₂", "3", "4", "v₅", "v₆", "7", "8", "9"])


def test_chain_rule_with_symbols_and_with_numbers(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=15")
    rows = page.locator(".formulas math").first.locator("mtr")
    assert [rows.nth(i).text_content() for i in range(3)] == ["∂o∂w1=∂o∂n·∂n∂v6·∂v6∂v2·∂v2∂w1", "=0.5·1·1·2", "=1"]
    rule = page.locator(".formulas math.rule").text_content()
    assert rule == "∂v2∂w1=x1=2"
    page.goto(page.url.split("#")[0] + "#step=7")
    assert page.locator(".formulas math.rule").text_content().startswith("∂o∂n=sech2\u2061n=sech2\u20610.88137=0.5")
    assert page.locator(".sum dd").all_text_contents() == ["–", "0.5000", "0.5000"]


def test_what_is_in_play_is_lit(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=10")
    lit = page.evaluate(
        f"[...{INSIDE}.querySelectorAll('.flow, .now')].map((e) => e.id + ' ' + e.getAttribute('class'))"
    )
    assert sorted(line.split()[0] for line in lit) == ["e6-0", "n2", "n6"]
    assert all("backward" in line for line in lit)


def test_the_ledger_has_every_share_and_lights_its_edge(visit: Open) -> None:
    e = shared()
    run = trace(e)
    a = next(row["id"] for row in run.nodes if row["name"] == "a")
    page = visit(step(e))
    press(page, "End")
    page.locator(f"#n{a}").click()
    shares = [event for event in run.events if event["kind"] == "contribute" and event["parent"] == a]
    rows = page.locator(".about .ledger tbody tr")
    assert rows.count() == len(shares) == 2
    for i, event in enumerate(shares):
        cells = rows.nth(i).locator("td").all_text_contents()
        numbers = [float(cell.replace("−", "-")) for cell in cells]
        assert numbers == pytest.approx([event[k] for k in ("upstream", "local", "contribution", "after")], abs=5e-5)
        rows.nth(i).hover()
        assert "hover" in page.locator(f"#e{event['node']}-{event['operand']}").get_attribute("class")
    press(page, "Home")
    assert set(rows.first.locator("td").all_text_contents()) == {"–"}


def test_a_second_backward_is_seen_to_add_up(visit: Open) -> None:
    o, leaf = neuron()
    o.backward()
    page = visit(step(o, accumulate=True))
    press(page, "End")
    assert "held" in sentence(page)
    o.backward()
    assert card(page, 1, "grad") == f"{leaf['w1'].grad:.4f}"


def test_the_source_line_is_shown(visit: Open) -> None:
    with record_source():
        x = Value(2.0, label="x")
        y = x * 3 + 1
    page = visit(step(y))
    assert page.locator(".about code").inner_text() == "y = x * 3 + 1"


# editing


def test_an_edit_computes_forward_and_backward_anew(visit: Open) -> None:
    o, leaf = neuron()
    player = step(o)
    page = visit(player)
    press(page, "End")
    order = topological_order(o)
    w1, x2 = order.index(leaf["w1"]), order.index(leaf["x2"])
    page.locator(f"#n{w1}").click()
    page.get_by_role("spinbutton", name="Value of w1").fill("-2.5")
    press(page, "Enter")
    page.locator(f"#n{x2}").click()
    page.get_by_role("slider", name="Value of x2").fill("0.5")
    leaf["w1"].data, leaf["x2"].data = -2.5, 0.5
    n = leaf["x1"] * leaf["w1"] + leaf["x2"] * leaf["w2"] + leaf["b"]
    again = n.tanh()
    again.backward()
    for i, node in enumerate(topological_order(again)):
        assert float(card(page, i, "data").replace("−", "-")) == pytest.approx(node.data, abs=6e-5)
        assert float(card(page, i, "grad").replace("−", "-")) == pytest.approx(node.grad, abs=6e-5)
    page.get_by_role("button", name="Undo edits").click()
    assert card(page, w1, "data") == "−3.0000"
    assert player.trace.nodes[w1]["data"] == -3.0


def test_the_wiggle_compares_prediction_and_change(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o))
    press(page, "End")
    page.locator(f"#n{topological_order(o).index(leaf['w1'])}").click()
    page.get_by_role("slider", name="A small change of w1").fill("0.2")
    predicted, actual = page.locator(".bar b").all_text_contents()
    assert predicted == "0.2000"
    assert actual == f"{math.tanh(2.0 * -2.8 + 6.8813735870195432) - math.tanh(0.8813735870195432):.4f}"


def test_any_sequence_of_edits_agrees_with_python(visit: Open) -> None:
    rng = random.Random(3)
    o, leaf = neuron()
    page = visit(step(o))
    press(page, "End")
    order = topological_order(o)
    for _ in range(12):
        name = rng.choice(list(leaf))
        leaf[name].data = round(rng.uniform(-3, 3), 3)
        page.get_by_label("Show a node").select_option(str(order.index(leaf[name])))
        page.get_by_role("spinbutton").fill(repr(leaf[name].data))
        press(page, "Enter")
    again = (leaf["x1"] * leaf["w1"] + leaf["x2"] * leaf["w2"] + leaf["b"]).tanh()
    again.backward()
    for i, node in enumerate(topological_order(again)):
        assert float(card(page, i, "grad").replace("−", "-")) == pytest.approx(node.grad, abs=6e-5, rel=1e-3)


# predict


def ask(page: Page, number: str) -> str:
    page.locator(".quiz input").fill(number)
    press(page, "Enter")
    return page.locator(".verdict").inner_text()


def at_second_share_of_a(visit: Open) -> tuple[Page, dict[str, Any], dict[str, Any]]:
    """The moment before `a` receives its second share; with the two events."""
    run = trace(shared())
    a = next(row["id"] for row in run.nodes if row["name"] == "a")
    first, second = (e for e in run.events if e["kind"] == "contribute" and e["parent"] == a)
    page = visit(step(shared()), f"#step={run.events.index(second)}")
    press(page, "q")
    return page, first, second


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        (lambda e, own: e["contribution"], "overwrote"),
        (lambda e, own: e["contribution"], "forgot the other path"),
        (lambda e, own: e["before"], "the new path was forgotten"),
        (lambda e, own: e["before"] + e["upstream"] * own, "the value of its sibling"),
        (lambda e, own: e["before"] + e["local"], "the upstream factor was left out"),
        (lambda e, own: e["before"] - e["contribution"], "sign"),
        (lambda e, own: -e["after"], "sign"),
    ],
)
def test_each_slip_is_named_from_the_number_it_gives(visit: Open, slip: Callable[..., float], words: str) -> None:
    page, _, second = at_second_share_of_a(visit)
    own = 2.0  # the value of a itself
    assert words in ask(page, repr(slip(second, own)))


def test_slips_of_update_and_seed(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o, optimizer=SGD([leaf["w1"]], lr=0.1)))
    press(page, "3", "ArrowLeft", "q")
    assert "uphill" in ask(page, "-2.9")
    assert "learning rate was left out" in ask(page, "-4")
    assert "Right" in ask(page, "-3.1")
    press(page, "Escape", "q", "2", "q")
    assert "Predict" in page.get_by_role("button", name="Predict").inner_text()


@pytest.mark.parametrize("answer", ["exact", "rounded", "comma", "minus"])
def test_no_right_answer_is_refused(visit: Open, answer: str) -> None:
    o, _ = neuron()
    run = trace(o)
    page = visit(step(o))
    press(page, "q")
    for event in run.events:
        value = event["value"] if "value" in event else event["after"]
        written = {
            "exact": repr(value), "rounded": f"{value:.3g}", "comma": f"{value:.4f}".replace(".", ","),
            "minus": f"{value:.4f}".replace("-", "−"),
        }[answer]  # fmt: skip
        assert ask(page, written).startswith("Right"), (event, written)
    assert where(page).startswith("Step 15 of 15")
    assert page.locator(".score").inner_text() == "15 of 15 right at the first try"


def test_the_next_number_is_hidden_until_answered_or_shown(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    press(page, "q")
    assert card(page, 2, "data") == "?"
    press(page, "Escape", "ArrowRight")
    assert where(page).startswith("Start")
    assert "Type a number" in ask(page, "six")
    assert "Not that" in ask(page, "1234")
    page.get_by_role("button", name="Show me").click()
    assert where(page).startswith("Step 1 of 15")
    assert card(page, 2, "data") == "−6.0000"
    assert page.locator(".score").inner_text() == "0 of 1 right at the first try"


# levels


@pytest.fixture(scope="module")
def mlp_player() -> Player:
    model = MLP(2, [16, 16, 1])
    return step(
        model, [0.5, -1.25], 1.0, lambda out, target: (out - target) ** 2, optimizer=SGD(model.parameters(), lr=0.1)
    )


def test_a_network_is_folded_first_and_opens(visit: Open, mlp_player: Player) -> None:
    page = visit(mlp_player)
    assert page.get_by_role("button", name="Neurons").get_attribute("aria-pressed") == "true"
    press(page, "ArrowRight")
    assert "layer0.neuron0 computes its output" in sentence(page)
    page.get_by_role("button", name="Open layer0.neuron0").click()
    assert "Inside layer0.neuron0" in page.locator(".caption").inner_text()
    steps = int(where(page).split(" of ")[1].split()[0])
    page.get_by_role("button", name="Close layer0.neuron0").first.click()
    assert int(where(page).split(" of ")[1].split()[0]) < steps
    press(page, "l")
    assert page.get_by_role("button", name="Layers").get_attribute("aria-pressed") == "true"
    press(page, "Home", "ArrowRight")
    assert "layer0 computes its output" in sentence(page)
    page.get_by_role("button", name="Ops").click()
    press(page, "2", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight")
    assert "Inside layer2.neuron0" in page.locator(".caption").inner_text()


@pytest.mark.parametrize("level", ["Neurons", "Layers", "Ops"])
def test_every_level_ends_with_the_same_numbers(visit: Open, mlp_player: Player, level: str) -> None:
    page = visit(mlp_player)
    page.get_by_role("button", name=level).click()
    press(page, "End")
    assert "step against" in sentence(page) or "steps against" in sentence(page)
    root = len(mlp_player.trace.nodes) - 1
    assert card(page, root, "grad") == "1.0000"
    x = next(row["id"] for row in mlp_player.trace.nodes if row["label"] == "x[0]")
    assert float(card(page, x, "grad").replace("−", "-")) == pytest.approx(mlp_player.trace.gradients[x], abs=6e-5)


def test_levels_show_the_same_moment(visit: Open, mlp_player: Player) -> None:
    page = visit(mlp_player)
    press(page, "2", "ArrowRight", "ArrowRight", "ArrowRight")
    for level in ("Layers", "Ops", "Neurons"):
        page.get_by_role("button", name=level).click()
        assert "backward" in where(page)


def test_the_page_of_a_network_is_small_enough(visit: Open, mlp_player: Player) -> None:
    assert len(mlp_player.html()) < 900_000
    page = visit(mlp_player)
    assert page.locator("svg[data-view=neuron] g.node").count() < 60


def test_an_optimizer_with_memory_shows_pythons_own_numbers(visit: Open) -> None:
    o, leaf = neuron()
    page = visit(step(o, optimizer=Adam([leaf["w1"], leaf["b"]], lr=0.5)))
    press(page, "End")
    assert card(page, topological_order(o).index(leaf["w1"]), "data") == "−3.5000"
    press(page, "3")
    assert page.locator(".formulas math").count() == 0


# what may not happen


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels_are_shown_as_typed_and_run_nothing(visit: Open, label: str) -> None:
    x = Value(2.0, label=label)
    y = x * x
    y.label = label + "y"
    page = visit(step(y, title=label))
    press(page, "End")
    page.locator("#n0").click()
    assert page.evaluate("window.hit") is None
    assert page.locator("h1").inner_text() == label
    assert page.locator(".about h2").inner_text().startswith(label)
    assert label in sentence(page)
    assert page.evaluate(f"{INSIDE}.querySelectorAll('img, script, iframe').length") == 0


@pytest.mark.parametrize(("label", "shown"), [("a\ud800b", r"a\ud800b"), ("a\0b", r"a\x00b"), ("\udfff", r"\udfff")])
def test_what_no_page_can_hold_is_shown_as_its_escape(visit: Open, label: str, shown: str) -> None:
    x = Value(2.0, label=label)
    y = x * x
    y.label = label + "y"
    page = visit(step(y, title=label))
    press(page, "End")
    page.locator("#n0").click()
    assert page.locator("h1").inner_text() == shown == page.title()
    assert page.locator(".about h2").inner_text().startswith(shown)
    assert shown in sentence(page)
    step(y, title=label)._repr_mimebundle_()["text/html"].encode()


def test_the_page_may_load_nothing_and_says_so(chromium: Browser, tmp_path: Path) -> None:
    """Whatever a script in the page tried to fetch, the browser would refuse."""
    path = step(neuron()[0]).save(tmp_path / "lesson.html")
    assert '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';' in path.read_text("utf-8")[:400]
    page = chromium.new_page()
    failures: list[str | None] = []
    page.on("requestfailed", lambda request: failures.append(request.failure))
    page.goto(path.as_uri())
    refused = page.evaluate(
        """async () => {
            const found = [];
            document.addEventListener("securitypolicyviolation", (event) => found.push(event.effectiveDirective));
            const add = (tag, key, address) => document.body.append(
                Object.assign(document.createElement(tag), {[key]: address}));
            add("img", "src", "https://example.com/a.png");
            add("script", "src", "https://example.com/a.js");
            add("iframe", "src", "https://example.com/");
            await fetch("https://example.com/").catch(() => {});
            await new Promise((done) => setTimeout(done, 100));
            try { eval("1"); } catch { found.push("eval"); }
            return found;
        }"""
    )
    assert {"img-src", "script-src-elem", "frame-src", "connect-src", "eval"} <= set(refused)
    assert set(failures) == {"csp"}
    page.close()


def test_the_neuron_example_is_at_most_120_kb() -> None:
    assert len(step(neuron()[0]).html().encode()) <= 120_000


def test_two_players_in_one_page_leave_each_other_alone(chromium: Browser) -> None:
    page = chromium.new_page()
    both = step(neuron()[0])._repr_mimebundle_()["text/html"] + step(shared())._repr_mimebundle_()["text/html"]
    page.set_content(f"<body>{both}</body>")
    first, second = page.locator(".chalkgrad-player").nth(0), page.locator(".chalkgrad-player").nth(1)
    first.get_by_role("button", name="Last step").click()
    assert "Step 15 of 15" in first.locator(".where").inner_text()
    assert "Start" in second.locator(".where").inner_text()
    page.keyboard.press("ArrowLeft")
    assert "Step 14 of 15" in first.locator(".where").inner_text()
    assert "Start" in second.locator(".where").inner_text()
    page.close()


def test_keys_pressed_inside_do_not_leave_the_player(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        "<script>window.heard = []; document.addEventListener('keydown', (e) => heard.push(e.key));</script>"
        + step(neuron()[0])._repr_mimebundle_()["text/html"]
    )
    page.get_by_role("button", name="Step", exact=True).click()
    press(page, "ArrowRight", "2", "p")
    assert page.evaluate("heard") == []
    assert page.locator(".chalkgrad-player").get_attribute("data-lm-suppress-shortcuts") == "true"
    page.close()


def test_without_scripts_there_is_a_picture_with_a_description(chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(step(neuron()[0])._repr_mimebundle_()["text/html"])
    image = page.locator(".chalkgrad-player img")
    assert "graph" in (image.get_attribute("alt") or "")
    assert image.bounding_box()["width"] > 300
    context.close()


def test_it_follows_the_hosts_theme(chromium: Browser) -> None:
    page = chromium.new_page(color_scheme="light")
    page.set_content(f'<body data-jp-theme-light="false">{step(neuron()[0])._repr_mimebundle_()["text/html"]}</body>')
    colour = "getComputedStyle(document.querySelector('.chalkgrad-player')).backgroundColor"
    dark = page.evaluate(colour)
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    page.wait_for_function(f"{colour} !== '{dark}'")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    page.close()


def test_no_motion_for_who_wants_none(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=10", reduced_motion="reduce")
    moving = f"getComputedStyle({INSIDE}.querySelector('.flow path')).animationName"
    assert page.evaluate(moving) == "none"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) == "back"


def test_on_paper_it_is_a_handout(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=15")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".handout li").count() == 15
    assert not page.get_by_role("button", name="Play").is_visible()
    assert page.locator(".handout").is_visible()
    assert page.locator("svg g.node").first.is_visible()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_sticks_out(visit: Open, width: int) -> None:
    page = visit(step(neuron()[0]), "#step=13")
    page.set_viewport_size({"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    clipped = page.evaluate(
        f"""[...{INSIDE}.querySelectorAll('dd, td, .sentence, button')].filter((e) => e.scrollWidth > e.clientWidth + 1)
        .map((e) => e.textContent)"""
    )
    assert clipped == []


def test_contrast_of_every_text_is_at_least_four_and_a_half(visit: Open) -> None:
    for scheme in ("light", "dark"):
        page = visit(step(neuron()[0]), "#step=13", color_scheme=scheme)
        poor = page.evaluate(
            f"""() => {{
            const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
            const linear = (v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
            const light = (c) => c.slice(0, 3).map((v) => linear(v / 255))
              .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            const behind = (e) => {{
              for (; e; e = e.parentElement ?? e.getRootNode().host) {{
                const c = rgb(getComputedStyle(e).backgroundColor);
                if (c.length === 3 || c[3] > 0.99) return c;
              }}
              return [255, 255, 255];
            }};
            return [...{INSIDE}.querySelectorAll('aside *, header *, footer *')]
              .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.checkVisibility())
              .map((e) => {{
                const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
                return [e.textContent, (a + 0.05) / (b + 0.05)];
              }}).filter(([, ratio]) => ratio < 4.5);
            }}"""
        )
        assert poor == [], scheme


def test_an_op_of_ones_own_is_stepped_through_but_not_edited(visit: Open) -> None:
    cube = Op("cube", lambda x: x * x * x, lambda out, x: (3.0 * x * x,), r"\unheard {0}")
    x = Value(2.0, label="x")
    page = visit(step(cube(x) * 2))
    press(page, "End")
    assert card(page, 0, "grad") == "24.0000"
    assert "cannot be edited here" in page.locator(".about .note").inner_text()


def test_a_value_set_by_hand_is_shown_as_it_was_used(visit: Open) -> None:
    x = Value(2.0, label="x")
    y = x * 3
    y.data = 10.0
    page = visit(step(y * y))
    press(page, "End")
    assert card(page, 0, "grad") == "60.0000"


def test_a_graph_too_large_for_a_picture_is_cut_but_every_step_is_there(visit: Open) -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(300):
        y = y + x
    page = visit(step(y))
    press(page, "End")
    assert "Step 901 of 901" in where(page)
    assert page.locator(".stage svg g.node").count() <= 150


# in Python


def test_a_graph_too_large_for_a_page_is_refused() -> None:
    y = x = Value(1.0)
    for _ in range(10_000):
        y = y + x
    with pytest.raises(ArgumentError, match="up to 10,000 nodes, this one has 10,001"):
        step(y)


def test_stepping_a_model_needs_a_sample_and_a_value() -> None:
    model = MLP(2, [2])
    with pytest.raises(ArgumentTypeError, match="got MLP without a sample"):
        step(model)
    with pytest.raises(ArgumentTypeError, match="needs a Value, or a model"):
        step(3.0)  # type: ignore[arg-type]
    with pytest.raises(ArgumentTypeError, match="give a loss"):
        step(model, [1.0, 2.0])
    player = step(model, [1.0, 2.0], 1.0, lambda outputs, target: maximum(outputs[0], outputs[1]) - target)
    assert player.trace.nodes[-1]["name"] == "loss"


def test_saving_checks_its_name(tmp_path: Path) -> None:
    player = step(neuron()[0])
    assert player.save(tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]
    with pytest.raises(ArgumentError, match=r"must end in \.html"):
        player.save(tmp_path / "a.png")
    with pytest.raises(ArgumentError, match="there is no folder"):
        player.save(tmp_path / "missing" / "a.html")


def test_the_same_program_gives_the_same_page() -> None:
    assert step(neuron()[0]).html() == step(neuron()[0]).html()


def test_the_users_graph_is_left_alone() -> None:
    o, leaf = neuron()
    leaf["w1"].grad = 5.0
    step(o, optimizer=SGD([leaf["w1"]], lr=0.1))
    assert (leaf["w1"].data, leaf["w1"].grad, o.has_grad) == (-3.0, 5.0, False)


def test_data_are_strict_json() -> None:
    data = step(Value(0.0, label="x").log() * 0.0).data
    assert json.loads(json.dumps(data, allow_nan=False))["nodes"][1]["data"] == "-Infinity"
