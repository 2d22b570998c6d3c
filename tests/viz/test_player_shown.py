"""The player's page: the numbers, the formulas and the lights at a step."""

from __future__ import annotations

import pytest
from support.players import INSIDE, Open, card, press, sentence, shared
from support.wildgraphs import neuron, random_graph

from chalkgrad.engine import Value, record_source, trace
from chalkgrad.engine.floats import same
from chalkgrad.viz.player.bundle import script
from chalkgrad.viz.player.player import step


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
            shown, wanted = number(x), event.get(name)
            if shown is None or wanted is None:
                assert shown is wanted, (event, name)
            else:
                assert same(shown, wanted), (event, name)


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


def test_only_a_node_without_a_label_has_a_badge(visit: Open) -> None:
    page = visit(step(neuron()[0]))
    texts = page.locator("svg[data-view]:not([hidden]) .index").all_text_contents()
    assert sorted(texts) == ["x1·w1", "x1·w1 + x2·w2", "x2·w2"], "what has a label needs no second name"


def test_chain_rule_with_symbols_and_with_numbers(visit: Open) -> None:
    page = visit(step(neuron()[0]), "#step=15")
    rows = page.locator(".formulas math").first.locator("mtr")
    assert [rows.nth(i).text_content() for i in range(3)] == ["∂o∂w1=∂o∂(x1·w1)·∂(x1·w1)∂w1", "=0.5·2", "=1"]
    rule = page.locator(".formulas math.rule").text_content()
    assert rule == "∂(x1·w1)∂w1=x1=2"
    page.goto(page.url.split("#")[0] + "#step=7")
    assert (page.locator(".formulas math.rule").text_content() or "").startswith(
        "∂o∂n=sech2\u2061n=sech2\u20610.88137=0.5"
    )


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
        assert "hover" in (page.locator(f"#e{event['node']}-{event['operand']}").get_attribute("class") or "")
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


def test_a_value_set_by_hand_is_shown_as_it_was_used(visit: Open) -> None:
    x = Value(2.0, label="x")
    y = x * 3
    y.data = 10.0
    page = visit(step(y * y))
    press(page, "End")
    assert card(page, 0, "grad") == "60.0000"
