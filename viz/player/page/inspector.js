// About one node: its numbers, its rule, every `+=` of its gradient; for a leaf, a way to change it.

function aboutOf(lesson, words, state, act, light) {
  const { nodes, ops } = lesson;
  const rootId = nodes.length - 1;
  const section = element("section", { class: "about", "aria-label": "Node" });

  function show(i, picture, steps) {
    section.hidden = i === null;
    if (i === null) return;
    const n = nodes[i];
    const key = ["neuron", "layer"]
      .map((kind) => ({ kind, at: (kind === "layer" ? lesson.inLayer : lesson.inNeuron)[i] }))
      .filter(({ at }) => at >= 0)
      .map(({ kind, at }) => kind + at);
    const active = section.getRootNode().activeElement?.dataset?.keep; // what is being typed in keeps the focus
    const caption = n.op ? ops[n.op].words : n.constant ? "constant" : n.kind;
    const parts = [element("h2", {}, words.names[i], element("small", {}, ` node ${i} · ${caption}`))];
    parts.push(
      element(
        "dl",
        { class: "facts" },
        ...[
          ["data", picture.known[i] ? onCard(picture.data[i]) : DASH, "forward"],
          ["grad", picture.gradient[i] === null ? DASH : onCard(picture.gradient[i]), "backward"],
        ].map(([term, value, role]) =>
          element("div", { class: role }, element("dt", {}, term), element("dd", {}, value)),
        ),
      ),
    );
    const definition = words.definition(i);
    if (definition) parts.push(definition);
    if (n.source?.text)
      parts.push(
        element(
          "p",
          { class: "source" },
          element("span", {}, `line ${n.source.line} `),
          element("code", {}, n.source.text),
        ),
      );
    const entries = picture.run.events.filter(
      (e) => (e.kind === "contribute" && e.parent === i) || (e.kind === "accumulate" && e.node === i),
    );
    if (entries.length) parts.push(ledger(entries, steps));
    if (state.level !== "op")
      for (const box of key.filter((k) => lesson.views.neuron || k.startsWith("layer"))) {
        const { name } = words.boxNamed(box) ?? {};
        if (name)
          parts.push(
            element(
              "button",
              { type: "button", class: "open", onclick: () => act.open(box) },
              `${state.opened.has(box) ? "Close" : "Open"} ${name}`,
            ),
          );
      }
    if (!n.op && !n.constant) parts.push(editor(i, picture));
    section.replaceChildren(...parts);
    if (active) section.querySelector(`[data-keep="${active}"]`)?.focus();
  }

  // Every `+=` of a node as a row; what has not happened yet is a dash.
  function ledger(entries, steps) {
    const happened = new Set(steps.slice(0, state.k).flatMap((step) => step.events));
    const cell = (x, e) => element("td", {}, happened.has(e) ? (x === null ? DASH : onCard(x)) : DASH);
    return element(
      "table",
      { class: "ledger" },
      element("caption", {}, "Its gradient, += by +="),
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...["from", "upstream", "× local", "= share", "sum"].map((t) => element("th", { scope: "col" }, t)),
        ),
      ),
      element(
        "tbody",
        {},
        ...entries.map((e) => {
          const lit = (on) => () => e.kind === "contribute" && light(e, on);
          return element(
            "tr",
            {
              class: happened.has(e) ? "" : "yet",
              tabindex: 0,
              onmouseenter: lit(true),
              onmouseleave: lit(false),
              onfocus: lit(true),
              onblur: lit(false),
            },
            element("th", { scope: "row" }, e.kind === "contribute" ? words.names[e.node] : "held before"),
            cell(e.upstream ?? null, e),
            cell(e.local ?? null, e),
            cell(e.contribution, e),
            cell(e.after, e),
          );
        }),
      ),
    );
  }

  function table(caption, heads, rows, kind = "") {
    return element(
      "table",
      { class: `ledger ${kind}` },
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))),
      element(
        "tbody",
        {},
        ...rows.map(([name, ...cells]) =>
          element("tr", {}, element("th", { scope: "row" }, name), ...cells.map((text) => element("td", {}, text))),
        ),
      ),
    );
  }

  // What a folded box does in its one step: the values it computes, the shares it passes out, the parameters it moves.
  function withinTable(step) {
    const box = words.boxNamed(step.box),
      inside = new Set(box.nodes);
    const name = (i) =>
      words.names[i].startsWith(box.name + ".") ? words.names[i].slice(box.name.length + 1) : words.names[i];
    if (step.phase === "forward")
      return table(
        "Computed inside",
        ["node", "op", "value"],
        step.events.map((e) => [name(e.node), ops[nodes[e.node].op].symbol, onCard(e.value)]),
        "values",
      );
    if (step.phase === "update")
      return table(
        "Parameters",
        ["parameter", "gradient", "before", "after"],
        step.events.map((e) => [name(e.node), onCard(e.grad), onCard(e.before), onCard(e.after)]),
      );
    const out = step.events.filter((e) => e.kind === "contribute" && (!inside.has(e.parent) || !nodes[e.parent].op));
    return table(
      "Passed on",
      ["to", "upstream", "× local", "= share"],
      out.map((e) => [name(e.parent), onCard(e.upstream), onCard(e.local), onCard(e.contribution)]),
    );
  }

  // Change a leaf, or ask what a small change would do.
  function editor(i, picture) {
    if (!lesson.rules)
      return element(
        "p",
        { class: "note" },
        "This graph has an op that only Python can compute, so its leaves cannot be edited here.",
      );
    const value = picture.run.data[i],
      reach = Math.max(2, 2 * Math.abs(nodes[i].data));
    const number = element("input", {
      type: "number",
      step: "any",
      value: String(Number(value.toPrecision(6))),
      "data-keep": "number",
      "aria-label": `Value of ${words.names[i]}`,
      onchange: (e) => Number.isFinite(e.target.valueAsNumber) && act.edited(i, e.target.valueAsNumber),
    });
    const slider = element("input", {
      type: "range",
      min: nodes[i].data - reach,
      max: nodes[i].data + reach,
      step: reach / 200,
      value: String(value),
      "data-keep": "slider",
      "aria-label": `Value of ${words.names[i]}`,
      oninput: (e) => act.edited(i, Number(e.target.value)),
    });
    const nudge = element("input", {
      type: "range",
      min: -1,
      max: 1,
      step: 0.01,
      value: String(state.nudge),
      "data-keep": "nudge",
      "aria-label": `A small change of ${words.names[i]}`,
      oninput: (e) => {
        state.nudge = Number(e.target.value);
        act.refresh();
      },
    });
    const moved =
      compute(nodes, ops, lesson.rules, new Map(state.edits).set(i, value + state.nudge)).data[rootId] -
      picture.run.data[rootId];
    const predicted = picture.gradient[i] === null ? NaN : picture.gradient[i] * state.nudge; // not before it is reached
    const widest = Math.max(Math.abs(moved), Math.abs(predicted) || 0) || 1;
    const bar = (x, role, words) =>
      element(
        "div",
        { class: "bar " + role },
        element("span", {}, words),
        element("b", {}, picture.gradient[i] === null && role === "backward" ? DASH : onCard(x)),
        element("i", { style: `--share:${Number.isFinite(x / widest) ? (x / widest).toFixed(3) : 0}` }),
      );
    return element(
      "fieldset",
      {},
      element("legend", {}, `Change ${words.names[i]}`),
      element("div", { class: "row" }, number, slider),
      element("div", { class: "row" }, element("label", {}, `wiggle by ${short(state.nudge)}`), nudge),
      bar(predicted, "backward", "predicted: grad × change"),
      bar(moved, "forward", "actual change of " + words.names[rootId]),
    );
  }

  return { section, show, withinTable };
}
