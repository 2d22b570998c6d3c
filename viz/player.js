// The player: one run of a graph, shown step by step.
//
// The lesson (viz/lesson.py) is plain data: nodes, ops, boxes, drawings. From it and the
// state (which step, which level, which edits) everything shown is worked out anew at every
// step, so the way back is exact. The script sets text and classes; Graphviz drew the picture.

// ---------------------------------------------------------------- numbers and names

const DASH = "–";
const minus = (text) => text.replace(/-/g, "−");
const odd = (x) => (x !== x ? "nan" : x > 0 ? "∞" : "−∞");

// On a card: four decimals, or scientific where those would hide the number (as viz/text.py writes it).
function onCard(x) {
  if (!Number.isFinite(x)) return odd(x);
  const fixed = x.toFixed(4);
  if (Math.abs(x) < 1e7 && (x === 0 || Number(fixed) !== 0)) return minus(fixed);
  return minus(
    x
      .toExponential(3)
      .replace(/e([+-])(\d)$/, "e$10$2")
      .replace("e+", "e"),
  );
}

// In a sentence or a formula: five significant digits, no idle zeros.
function short(x) {
  if (!Number.isFinite(x)) return odd(x);
  return minus(String(Number(x.toPrecision(5))).replace("e+", "e"));
}

const subscript = (n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);
const plural = (n, one, many = one + "s") => `${n} ${n === 1 ? one : many}`;

// A number as a person types it: 0.5, -3, −3, 1/3, 0,25, inf, nan; undefined if it is none.
function typed(text) {
  const clean = text.trim().toLowerCase().replace(/−/g, "-").replace(",", ".").replace("∞", "inf");
  const special = { inf: Infinity, "+inf": Infinity, "-inf": -Infinity, nan: NaN };
  if (clean in special) return special[clean];
  const [top, bottom, more] = clean.split("/");
  if (more !== undefined || [top, bottom ?? "1"].some((part) => part.trim() === "" || Number.isNaN(Number(part))))
    return undefined;
  return Number(top) / Number(bottom ?? 1);
}

// ---------------------------------------------------------------- elements

// Text always goes in as text: a label is never markup.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const MATH = "http://www.w3.org/1998/Math/MathML";
function math(tag, ...children) {
  const made = document.createElementNS(MATH, tag);
  made.append(...children);
  return made;
}

const op = (text) => math("mo", text);
const num = (x) => math("mn", short(x));
// A factor below zero stands in parentheses.
const factor = (x) => (x < 0 || Object.is(x, -0) ? math("mrow", op("("), num(x), op(")")) : num(x));
const product = (parts) => parts.flatMap((part, i) => (i ? [op("·"), part] : [part]));

// Lines of a formula, aligned at the sign between their two sides; null on the left continues the line above.
function formula(...lines) {
  const table = math(
    "mtable",
    ...lines.map(([left, sign, ...right]) =>
      math("mtr", math("mtd", left ?? ""), math("mtd", op(sign)), math("mtd", math("mrow", ...right))),
    ),
  );
  table.setAttribute("displaystyle", "true");
  const made = math("math", table);
  made.setAttribute("display", "block");
  return made;
}

// Small signs on buttons, drawn, since not every font has them.
const ICONS = {
  first: "M4 3v10M12 3 7 8l5 5",
  back: "M10 3 5 8l5 5",
  play: "M4 2.5l9 5.5-9 5.5z",
  pause: "M4 3h2.5v10H4zM9.5 3H12v10H9.5z",
  step: "M6 3l5 5-5 5",
  last: "M12 3v10M4 3l5 5-5 5",
};
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon " + name);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

// ---------------------------------------------------------------- the player itself

// Put a player into an element. `hooks.step(k)` and `hooks.edit(edits)` hear what the reader does;
// what is returned lets a program step and edit in turn.
function mount(host, lesson, hooks = {}) {
  const { nodes, ops } = lesson;
  const rootId = nodes.length - 1;
  const names = nodes.map((n, i) =>
    n.constant && !n.label ? short(n.data) : n.name === "v" + i ? "v" + subscript(i) : n.name,
  );
  const state = {
    k: 0,
    level: lesson.start,
    opened: new Set(),
    pinned: null,
    edits: new Map(),
    nudge: 0.1,
    quiz: false,
    verdict: null,
    right: 0,
    asked: 0,
    playing: 0,
    big: false,
  };
  let run, steps;

  // A name in a formula: the last part of a dotted label, v with its index where there is none.
  function mathName(i) {
    if (nodes[i].constant) return num(nodes[i].data);
    if (nodes[i].name === "v" + i) return math("msub", math("mi", "v"), math("mn", String(i)));
    return math("mi", shortName(i));
  }
  const shortName = (i) => names[i].split(".").pop();
  const ratio = (top, bottom) =>
    math("mfrac", math("mrow", op("∂"), mathName(top)), math("mrow", op("∂"), mathName(bottom)));

  // A formula of the op table with its slots filled: by names, or by numbers.
  function filled(template, i, write) {
    const copy = template.cloneNode(true);
    for (const slot of copy.querySelectorAll("[data-slot]")) {
      const which = slot.getAttribute("data-slot");
      slot.removeAttribute("data-slot");
      slot.append(write(which === "out" ? i : nodes[i].parents[which]));
    }
    return copy;
  }

  // -------------------------------------------------------------- building, once

  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  shadow.replaceChildren();
  const drawings = new DOMParser().parseFromString(lesson.markup, "text/html");
  const templates = {};
  for (const [key, entry] of Object.entries(ops)) {
    const find = (name) => drawings.querySelector(`[data-formula="${entry.id}-${name}"]`);
    templates[key] = {
      forward: find("f")?.firstElementChild,
      rules: Array.from({ length: entry.arity }, (_, j) => find(j)?.firstElementChild),
    };
  }
  const button = (text, label, click, key = "") =>
    element(
      "button",
      { type: "button", "aria-label": label, title: key ? `${label} (${key})` : label, onclick: click },
      text,
    );

  const ui = {
    title: element("h1", {}, lesson.title),
    where: element("p", { class: "where" }),
    sentence: element("p", { class: "sentence", "aria-live": "polite" }),
    formulas: element("div", { class: "formulas" }),
    sum: element("dl", { class: "sum" }),
    within: element("div", { class: "within" }),
    quiz: element("section", { class: "quiz", "aria-label": "Predict" }),
    node: element("section", { class: "about", "aria-label": "Node" }),
    stage: element("div", { class: "stage" }),
    inside: element("div", { class: "inside", hidden: true }),
    insideName: element("p", { class: "caption" }),
    range: element("input", {
      type: "range",
      min: 0,
      step: 1,
      "aria-label": "Step",
      oninput: (e) => go(Number(e.target.value)),
    }),
    play: button(icon("play"), "Play", () => play(!state.playing), "Space"),
    speed: element(
      "select",
      { "aria-label": "Speed", onchange: () => state.playing && play(true) },
      ...[
        ["2400", "½×"],
        ["1200", "1×"],
        ["600", "2×"],
        ["250", "5×"],
      ].map(([value, text]) => element("option", { value, selected: value === "1200" }, text)),
    ),
    phases: ["forward", "backward", "update"]
      .slice(0, lesson.update ? 3 : 2)
      .map((phase, i) =>
        element(
          "button",
          {
            type: "button",
            class: "phase " + phase,
            title: `To the ${phase} pass (${i + 1})`,
            onclick: () => toPhase(phase),
          },
          { forward: "→ Forward", backward: "← Backward", update: "↻ Update" }[phase],
        ),
      ),
    levels: lesson.levels.map((level) =>
      element(
        "button",
        { type: "button", title: `Step by ${level} (l)`, onclick: () => setLevel(level) },
        { op: "Ops", neuron: "Neurons", layer: "Layers" }[level],
      ),
    ),
    predict: element(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-pressed": "false",
        title: "Hide the next number and ask for it (q)",
        onclick: () => setQuiz(!state.quiz),
      },
      "Predict",
    ),
    big: element(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-pressed": "false",
        title: "Big type (p)",
        "aria-label": "Big type",
        onclick: () => setBig(!state.big),
      },
      "Aa",
    ),
    picker: element(
      "select",
      { "aria-label": "Show a node", onchange: (e) => pin(e.target.value === "" ? null : Number(e.target.value)) },
      element("option", { value: "" }, "follow the step"),
      ...nodes.flatMap((n, i) => (n.constant ? [] : [element("option", { value: i }, `${i}  ${names[i]}`)])),
    ),
    reset: element(
      "button",
      { type: "button", class: "reset", onclick: () => edit(new Map()), hidden: true },
      "Undo edits",
    ),
    handout: element("div", { class: "handout", "aria-hidden": "true" }),
    help: element(
      "dialog",
      { class: "help", "aria-label": "Keys" },
      element("h2", {}, "Keys"),
      element(
        "dl",
        {},
        ...[
          ["→ ←", "step, back"],
          ["Space", "play, pause"],
          ["Home End", "first, last"],
          ["1 2 3", "forward, backward, update"],
          ["l", "ops, neurons, layers"],
          ["q", "predict"],
          ["p", "big type"],
          ["Esc", "let go of a node"],
          ["?", "this list"],
        ].flatMap(([key, what]) => [element("dt", {}, key), element("dd", {}, what)]),
      ),
      element("form", { method: "dialog" }, element("button", {}, "Close")),
    ),
  };
  ui.views = {};
  for (const svg of drawings.querySelectorAll("svg[data-view]"))
    ui.views[svg.dataset.view] = prepare(document.importNode(svg, true));
  ui.stage.append(
    ...Object.values(ui.views)
      .filter((v) => !v.shape)
      .map((v) => v.svg),
  );
  ui.inside.append(
    ui.insideName,
    ...Object.values(ui.views)
      .filter((v) => v.shape)
      .map((v) => v.svg),
  );

  ui.figure = element("figure", { "aria-label": lesson.alt }, ui.stage, ui.inside);
  const root = element(
    "div",
    { class: "player" },
    element(
      "header",
      {},
      ui.title,
      element("div", { class: "group", role: "group", "aria-label": "Pass" }, ...ui.phases),
      lesson.levels.length > 1
        ? element("div", { class: "group levels", role: "group", "aria-label": "Level" }, ...ui.levels)
        : "",
      ui.predict,
      ui.big,
      button("?", "Keys", () => ui.help.showModal(), "?"),
    ),
    element(
      "main",
      {},
      ui.figure,
      element(
        "aside",
        {},
        ui.where,
        ui.sentence,
        ui.quiz,
        ui.formulas,
        ui.sum,
        ui.within,
        ui.node,
        element("p", { class: "pick" }, element("label", {}, "Node ", ui.picker), ui.reset),
      ),
    ),
    element(
      "footer",
      {},
      button(icon("first"), "First step", () => go(0), "Home"),
      button(icon("back"), "Step back", () => go(state.k - 1), "Left"),
      ui.play,
      button(icon("step"), "Step", () => forward(), "Right"),
      button(icon("last"), "Last step", () => go(steps.length), "End"),
      ui.range,
      ui.speed,
    ),
    ui.help,
    ui.handout,
  );
  const style = element("style");
  style.textContent = lesson.css;
  shadow.append(style, root);

  // Collect the elements of one drawing that change, by the id Graphviz gave them.
  function prepare(svg) {
    const view = { svg, shape: svg.dataset.view.startsWith("shape"), boxes: new Map(), edges: new Map() };
    for (const group of svg.querySelectorAll("g.node, g.cluster, g.edge")) {
      const entry = {
        group,
        base: group.getAttribute("class"),
        data: group.querySelector(".data"),
        grad: group.querySelector(".grad"),
        label: group.querySelector(".label"),
        index: group.querySelector(".index"),
      };
      (entry.base.includes("edge") ? view.edges : view.boxes).set(group.id, entry);
    }
    svg.addEventListener("click", (e) => {
      const group = e.target.closest("g.node");
      if (group) clicked(view, group.id);
    });
    svg.addEventListener("dblclick", (e) => {
      const group = e.target.closest("g.node");
      const box = group && lesson.boxes[state.level]?.find((b) => b.id === group.id);
      if (box) open(box.key);
    });
    return view;
  }

  // -------------------------------------------------------------- acting

  const clamp = (k) => Math.max(0, Math.min(steps.length, k));

  function go(k, tell = true) {
    state.verdict = null;
    state.k = clamp(k);
    render();
    if (lesson.page)
      history.replaceState(
        null,
        "",
        "#step=" + state.k + (state.level === lesson.start ? "" : "&level=" + state.level),
      );
    if (tell) hooks.step?.(state.k);
  }

  // One step on; while predicting, only past a question that is answered.
  function forward() {
    if (state.quiz && question()) ui.quiz.querySelector("input")?.focus();
    else go(state.k + 1);
  }

  function play(on) {
    clearInterval(state.playing);
    state.playing = 0;
    if (on && state.k >= steps.length) go(0);
    if (on)
      state.playing = setInterval(() => {
        if (!host.isConnected || state.k >= steps.length) return play(false);
        forward();
        if (state.quiz || state.k >= steps.length) play(false);
      }, Number(ui.speed.value));
    ui.play.replaceChildren(icon(state.playing ? "pause" : "play"));
    ui.play.setAttribute("aria-label", state.playing ? "Pause" : "Play");
  }

  function toPhase(phase) {
    const first = steps.findIndex((step) => step.phase === phase);
    if (first >= 0) go(first + 1);
  }

  // Another level shows the same moment: the first step by which as much has happened.
  function regroup() {
    const done = steps ? Math.max(-1, ...steps.slice(0, state.k).map((step) => step.order)) : -1;
    steps = stepsOf(lesson, run, state.level, state.opened);
    const reached = steps.findIndex((step) => step.order >= done);
    state.k = done < 0 ? 0 : reached < 0 ? steps.length : reached + 1;
    go(state.k);
  }

  function setLevel(level) {
    state.level = level;
    state.opened.clear();
    regroup();
  }
  // Open a folded box or close it: a neuron shows its ops, a layer its neurons.
  function open(key) {
    if (key.startsWith("layer")) return setLevel("neuron");
    if (!state.opened.delete(key)) state.opened.add(key);
    regroup();
  }
  function setBig(on) {
    state.big = on;
    render();
  }
  function setQuiz(on) {
    state.quiz = on;
    if (on && state.level !== "op") return setLevel("op");
    go(state.k);
  }
  function pin(i) {
    state.pinned = i;
    render();
  }

  function clicked(view, id) {
    const i = view.shape ? view.members[Number(id.slice(1))] : nodeOf(view, id);
    if (i !== undefined) pin(state.pinned === i ? null : i);
  }
  function nodeOf(view, id) {
    const box = lesson.boxes[view.svg.dataset.view]?.find((b) => b.id === id);
    return box ? box.outputs[0] : Number(id.slice(1));
  }

  function edit(edits, tell = true) {
    state.edits = edits;
    run = runOf(lesson, edits);
    steps = stepsOf(lesson, run, state.level, state.opened);
    state.k = clamp(state.k);
    render();
    if (tell) hooks.edit?.(Object.fromEntries(edits));
  }
  const edited = (i, x) => edit(new Map(state.edits).set(i, x));

  // -------------------------------------------------------------- words

  function sentence(step, picture) {
    if (!step) return `Only the leaves have values. Step on, and ${names[rootId]} is computed from them.`;
    if (step.box) return boxSentence(step, picture);
    const e = step.events[0],
      name = names[e.node];
    switch (e.kind) {
      case "compute": {
        const given = nodes[e.node].parents.map((p) => short(run.data[p]));
        const what = given.length > 1 ? given.slice(0, -1).join(", ") + " and " + given.at(-1) : given[0];
        return `${name} is computed: ${ops[nodes[e.node].op].words} of ${what} is ${short(e.value)}.`;
      }
      case "loss":
        return `The forward pass is done: the loss ${name} is ${short(e.value)}.`;
      case "zero":
        return `The gradients of ${plural(e.nodes.length, "parameter")} are cleared, so that nothing from an earlier step is added in.`;
      case "seed":
        return `Backward begins at ${name}: it changes exactly as much as itself, so ∂${name}/∂${name} = 1.`;
      case "contribute": {
        const parent = names[e.parent],
          share = `${short(e.upstream)} × ${short(e.local)} = ${short(e.contribution)}`;
        if (e.before === null) return `${name} passes gradient back to ${parent}: ${share}.`;
        return `${name} passes ${share} back to ${parent}, which already holds ${short(e.before)}: the paths add up to ${short(e.after)}.`;
      }
      case "accumulate":
        return `${name}.grad held ${short(e.before)} from before; this pass adds ${short(e.contribution)}, which makes ${short(e.after)}.`;
      case "update":
        return `${name} steps against its gradient ${short(e.grad)}: from ${short(e.before)} to ${short(e.after)}.`;
    }
  }

  function boxSentence(step, picture) {
    const box = boxNamed(step.box);
    const span = (xs) =>
      xs.length === 1 ? short(xs[0]) : `between ${short(Math.min(...xs))} and ${short(Math.max(...xs))}`;
    const count = plural(step.events.length, "op") + " inside";
    if (step.phase === "forward")
      return `${box.name} computes its output: ${span(box.outputs.map((i) => run.data[i]))} (${count}).`;
    if (step.phase === "update")
      return `The ${plural(step.events.length, "parameter")} of ${box.name} step against their gradients.`;
    return `${box.name} received ${span(box.outputs.map((i) => picture.gradient[i] ?? 0))} and passes gradient back to its inputs and parameters (${plural(step.events.length, "product")}).`;
  }

  const boxNamed = (key) => lesson.boxes[key.startsWith("layer") ? "layer" : "neuron"].find((b) => b.key === key);

  // The factors of a contribution, from the root down, as far as the way up is single.
  function chain(e, picture) {
    const way = [e];
    let room = 22 - shortName(e.node).length - shortName(e.parent).length; // characters, so that the line stays in its column
    while (way.length < 4 && way[0].node !== rootId && picture.received[way[0].node].length === 1) {
      const next = picture.received[way[0].node][0];
      room -= shortName(next.node).length + 4;
      if (room < 0) break;
      way.unshift(next);
    }
    return way;
  }

  function formulasOf(step, picture) {
    if (!step || step.box) return [];
    const e = step.events[0],
      i = e.node;
    const forward = nodes[i]?.op && templates[nodes[i].op].forward;
    if (e.kind === "compute" && forward)
      return [
        formula(
          [mathName(i), "=", filled(forward, i, mathName)],
          [null, "=", filled(forward, i, (p) => factor(run.data[p]))],
          [null, "=", num(e.value)],
        ),
      ];
    if (e.kind === "seed") return [formula([ratio(rootId, rootId), "=", num(1)])];
    if (e.kind === "update" && lesson.update.plain)
      return [
        formula(
          [mathName(i), "←", mathName(i), op("−"), math("mi", "η"), op("·"), ratio(rootId, i)],
          [null, "=", num(e.before), op("−"), num(lesson.update.rate), op("·"), factor(e.grad)],
          [null, "=", num(e.after)],
        ),
      ];
    return e.kind === "contribute" ? [chainRule(e, picture), ...localRule(e)] : [];
  }

  // The chain rule of one share: with symbols, with numbers, and what comes of it.
  function chainRule(e, picture) {
    const way = chain(e, picture),
      top = way[0].node;
    const head = top !== rootId || way.length === 1;
    const symbols = [...(head ? [ratio(rootId, top)] : []), ...way.map((x) => ratio(x.node, x.parent))];
    const numbers = [...(head ? [factor(way[0].upstream)] : []), ...way.map((x) => factor(x.local))];
    return formula(
      [ratio(rootId, e.parent), picture.total[e.parent] > 1 ? "+=" : "=", ...product(symbols)],
      [null, "=", ...product(numbers)],
      [null, "=", num(e.contribution)],
    );
  }

  // The op's own rule for this operand, from the op table: in names, in numbers, as a number.
  function localRule(e) {
    const rule = templates[nodes[e.node].op].rules[e.operand];
    if (!rule) return [];
    const lines = [[ratio(e.node, e.parent), "=", filled(rule, e.node, mathName)]];
    if (rule.querySelector("[data-slot]")) {
      lines.push([null, "=", filled(rule, e.node, (p) => num(run.data[p]))]);
      if (rule.querySelector("mo, mfrac, msup, msqrt")) lines.push([null, "=", num(e.local)]);
    }
    const made = formula(...lines);
    made.classList.add("rule");
    return [made];
  }

  // -------------------------------------------------------------- showing

  function question() {
    const next = steps[state.k];
    if (!state.quiz || !next || next.box) return null;
    const picture = pictureAt(lesson, run, steps, state.k);
    picture.locals = run.locals;
    return questionOf(lesson, picture, next.events[0], names);
  }

  function render() {
    const picture = pictureAt(lesson, run, steps, state.k);
    const { step } = picture;
    const asking = state.quiz ? question() : null;
    root.className =
      "player" +
      (lesson.page ? " page" : "") +
      (state.big ? " big" : "") +
      (state.quiz ? " asking" : "") +
      ` in-${step?.phase ?? "start"}`;
    ui.where.textContent = step
      ? `Step ${state.k} of ${steps.length} · ${step.phase}`
      : `Start · ${plural(steps.length, "step")}`;
    const words = sentence(step, picture);
    if (ui.sentence.textContent !== words) ui.sentence.textContent = words;
    ui.formulas.replaceChildren(...formulasOf(step, picture));
    ui.within.replaceChildren(...(step?.box ? [withinTable(step)] : []));
    const shown = step && !step.box ? step.events[0] : null;
    ui.sum.hidden = shown?.kind !== "contribute" && shown?.kind !== "accumulate";
    ui.sum.replaceChildren(
      ...(ui.sum.hidden
        ? []
        : [
            ["before", shown.before === null ? DASH : onCard(shown.before)],
            ["+= contribution", onCard(shown.contribution)],
            ["after", onCard(shown.after)],
          ].map(([term, value]) => element("div", {}, element("dt", {}, term), element("dd", {}, value)))),
    );
    ui.range.max = steps.length;
    ui.range.value = state.k;
    ui.range.setAttribute("aria-valuetext", `${ui.where.textContent}. ${words}`);
    ui.phases.forEach((b, i) =>
      b.setAttribute("aria-pressed", String(step?.phase === ["forward", "backward", "update"][i])),
    );
    ui.levels.forEach((b, i) => b.setAttribute("aria-pressed", String(state.level === lesson.levels[i])));
    ui.predict.setAttribute("aria-pressed", String(state.quiz));
    ui.big.setAttribute("aria-pressed", String(state.big));
    ui.reset.hidden = state.edits.size === 0;
    ui.picker.value = state.pinned ?? "";
    renderStage(picture, asking);
    renderQuiz(asking);
    renderNode(state.pinned ?? subject(step), picture);
  }

  // The node that a step is about.
  function subject(step) {
    if (!step) return rootId;
    if (step.box) return step.box.startsWith("layer") ? null : boxNamed(step.box).outputs[0];
    const e = step.events[0];
    return e.kind === "contribute" ? e.parent : (e.node ?? rootId);
  }

  function renderStage(picture, asking) {
    const { step } = picture;
    const level = lesson.views[state.level];
    const hot = new Set(),
      lit = new Set();
    for (const e of step?.events ?? []) {
      if (e.node !== undefined) hot.add(e.node);
      if (e.kind === "compute") nodes[e.node].parents.forEach((p, j) => lit.add(e.node + "-" + j).add(p));
      if (e.kind === "contribute") (lit.add(e.node + "-" + e.operand), hot.add(e.parent));
      if (e.kind === "zero") e.nodes.forEach((i) => hot.add(i));
    }
    const scene = {
      picture,
      hot,
      lit,
      phase: step?.phase ?? "",
      hidden: asking ? hiddenBy(steps[state.k].events[0]) : {},
    };
    for (const [name, view] of Object.entries(ui.views)) {
      if (view.shape) continue;
      view.svg.toggleAttribute("hidden", name !== level);
      if (name === level) renderView(view, lesson.boxes[name] ?? [], lesson.links[name], scene);
    }
    renderInside(step, scene);
    for (const box of [ui.stage, ui.inside]) follow(box, box.querySelector("svg:not([hidden]) .now"));
  }

  // Where the picture is wider than its place, keep what is happening in sight.
  function follow(box, group) {
    if (!group) return;
    const frame = box.getBoundingClientRect(),
      at = group.getBoundingClientRect();
    if (at.left < frame.left || at.right > frame.right)
      box.scrollLeft += (at.left + at.right - frame.left - frame.right) / 2;
    if (at.top < frame.top || at.bottom > frame.bottom)
      box.scrollTop += (at.top + at.bottom - frame.top - frame.bottom) / 2;
  }

  const hiddenBy = (e) => ({
    node: e.parent ?? e.node,
    what: e.kind === "compute" || e.kind === "update" ? "data" : "grad",
  });

  function renderInside(step, scene) {
    const focus = step?.events[0]?.node ?? rootId;
    const wanted =
      lesson.views[state.level] === state.level
        ? [...state.opened].find((key) => key.startsWith("neuron"))
        : lesson.inNeuron[focus] >= 0
          ? "neuron" + lesson.inNeuron[focus]
          : undefined;
    const box = wanted && lesson.boxes.neuron?.find((b) => b.key === wanted);
    ui.inside.hidden = !box;
    ui.figure.classList.toggle("split", Boolean(box));
    for (const view of Object.values(ui.views))
      if (view.shape) view.svg.toggleAttribute("hidden", !box || view.svg.dataset.view !== box.shape);
    if (!box) return;
    ui.insideName.replaceChildren(
      `Inside ${box.name} `,
      ...(state.opened.has(box.key) ? [button("×", `Close ${box.name}`, () => open(box.key))] : []),
    );
    const view = ui.views[box.shape];
    view.members = box.members;
    renderView(
      view,
      box.members.map((node, j) => ({ id: "n" + j, nodes: [node], outputs: [node] })),
      null,
      scene,
    );
  }

  // Set the text and the classes of one drawing. Boxes are what it draws as one: nodes, or folded neurons.
  function renderView(view, boxes, links, { picture, hot, lit, phase, hidden }) {
    const span = (xs) => (xs.length === 1 ? onCard(xs[0]) : `${onCard(Math.min(...xs))} … ${onCard(Math.max(...xs))}`);
    const listed = view.shape || links ? boxes : nodes.map((_, i) => ({ id: "n" + i, nodes: [i], outputs: [i] }));
    for (const box of listed) {
      const entry = view.boxes.get(box.id);
      if (!entry) continue;
      const of = (what) =>
        box.outputs.map((i) => (hidden.node === i && hidden.what === what ? "?" : null)).find((x) => x);
      const data = box.outputs.every((i) => picture.known[i]) ? span(box.outputs.map((i) => picture.data[i])) : DASH;
      const grads = box.outputs.map((i) => picture.gradient[i]);
      if (!nodes[box.outputs[0]].constant || view.shape)
        put(entry.data, of("data") ?? (nodes[box.outputs[0]].constant ? short(picture.data[box.outputs[0]]) : data));
      put(entry.grad, of("grad") ?? (grads.includes(null) ? DASH : span(grads)));
      if (view.shape) {
        put(entry.label, shortName(box.outputs[0]));
        put(entry.index, entry.label ? String(box.outputs[0]) : names[box.outputs[0]]);
      }
      const now = box.nodes.some((i) => hot.has(i)),
        given = box.nodes.some((i) => lit.has(i));
      const waiting = !box.outputs.every((i) => picture.known[i]);
      mark(
        entry,
        (waiting ? " waiting" : "") +
          (now ? " now " + phase : given ? " given" : "") +
          (box.outputs.includes(state.pinned) ? " pinned" : ""),
      );
    }
    for (const [id, entry] of view.edges) {
      const operands = view.shape
        ? [view.members[Number(id.slice(1).split("-")[0])] + "-" + id.split("-")[1]]
        : (links?.[id] ?? [id.slice(1)]);
      mark(entry, operands.some((o) => lit.has(o)) ? " flow " + phase : "");
    }
  }

  function put(place, text) {
    if (!place) return;
    const shown = String(text);
    if (place.textContent !== shown) place.textContent = shown;
    const room = Number(place.dataset.room);
    if (room && shown.length > room)
      (place.setAttribute("textLength", place.dataset.width), place.setAttribute("lengthAdjust", "spacingAndGlyphs"));
    else (place.removeAttribute("textLength"), place.removeAttribute("lengthAdjust"));
  }
  const mark = (entry, extra) => entry.group.setAttribute("class", entry.base + extra);

  // -------------------------------------------------------------- the node's ledger

  function renderNode(i, picture) {
    ui.node.hidden = i === null;
    if (i === null) return;
    const n = nodes[i];
    const key = ["neuron", "layer"]
      .map((kind) => ({ kind, at: (kind === "layer" ? lesson.inLayer : lesson.inNeuron)[i] }))
      .filter(({ at }) => at >= 0)
      .map(({ kind, at }) => kind + at);
    const active = shadow.activeElement?.dataset?.keep; // what is being typed in keeps the focus
    const caption = n.op ? ops[n.op].words : n.constant ? "constant" : n.kind;
    const parts = [element("h2", {}, names[i], element("small", {}, ` node ${i} · ${caption}`))];
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
    if (n.op && templates[n.op].forward)
      parts.push(formula([mathName(i), "=", filled(templates[n.op].forward, i, mathName)]));
    if (n.source?.text)
      parts.push(
        element(
          "p",
          { class: "source" },
          element("span", {}, `line ${n.source.line} `),
          element("code", {}, n.source.text),
        ),
      );
    const entries = run.events.filter(
      (e) => (e.kind === "contribute" && e.parent === i) || (e.kind === "accumulate" && e.node === i),
    );
    if (entries.length) parts.push(ledger(entries, picture));
    if (state.level !== "op")
      for (const box of key.filter((k) => lesson.views.neuron || k.startsWith("layer"))) {
        const { name } = boxNamed(box) ?? {};
        if (name)
          parts.push(
            element(
              "button",
              { type: "button", class: "open", onclick: () => open(box) },
              `${state.opened.has(box) ? "Close" : "Open"} ${name}`,
            ),
          );
      }
    if (!n.op && !n.constant) parts.push(editor(i, picture));
    ui.node.replaceChildren(...parts);
    if (active) shadow.querySelector(`[data-keep="${active}"]`)?.focus();
  }

  // Every `+=` of a node as a row; what has not happened yet is a dash.
  function ledger(entries, picture) {
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
          const light = (on) => {
            for (const view of Object.values(ui.views))
              if (e.kind === "contribute") edgeOf(view, e)?.group.classList.toggle("hover", on);
          };
          return element(
            "tr",
            {
              class: happened.has(e) ? "" : "yet",
              tabindex: 0,
              onmouseenter: () => light(true),
              onmouseleave: () => light(false),
              onfocus: () => light(true),
              onblur: () => light(false),
            },
            element("th", { scope: "row" }, e.kind === "contribute" ? names[e.node] : "held before"),
            cell(e.upstream ?? null, e),
            cell(e.local ?? null, e),
            cell(e.contribution, e),
            cell(e.after, e),
          );
        }),
      ),
    );
  }

  function table(caption, heads, rows) {
    return element(
      "table",
      { class: "ledger" },
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
    const box = boxNamed(step.box),
      inside = new Set(box.nodes);
    const name = (i) => (names[i].startsWith(box.name + ".") ? names[i].slice(box.name.length + 1) : names[i]);
    if (step.phase === "forward")
      return table(
        "Computed inside",
        ["node", "op", "value"],
        step.events.map((e) => [name(e.node), ops[nodes[e.node].op].symbol, onCard(e.value)]),
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

  function edgeOf(view, e) {
    if (view.shape) {
      const j = view.members?.indexOf(e.node) ?? -1;
      return j >= 0 ? view.edges.get(`e${j}-${e.operand}`) : undefined;
    }
    const links = lesson.links[view.svg.dataset.view];
    const id = links
      ? Object.keys(links).find((key) => links[key].includes(e.node + "-" + e.operand))
      : `e${e.node}-${e.operand}`;
    return view.edges.get(id);
  }

  // Change a leaf, or ask what a small change would do.
  function editor(i, picture) {
    if (!lesson.rules)
      return element(
        "p",
        { class: "note" },
        "This graph has an op that only Python can compute, so its leaves cannot be edited here.",
      );
    const value = run.data[i],
      reach = Math.max(2, 2 * Math.abs(nodes[i].data));
    const number = element("input", {
      type: "number",
      step: "any",
      value: String(Number(value.toPrecision(6))),
      "data-keep": "number",
      "aria-label": `Value of ${names[i]}`,
      onchange: (e) => Number.isFinite(e.target.valueAsNumber) && edited(i, e.target.valueAsNumber),
    });
    const slider = element("input", {
      type: "range",
      min: nodes[i].data - reach,
      max: nodes[i].data + reach,
      step: reach / 200,
      value: String(value),
      "data-keep": "slider",
      "aria-label": `Value of ${names[i]}`,
      oninput: (e) => edited(i, Number(e.target.value)),
    });
    const nudge = element("input", {
      type: "range",
      min: -1,
      max: 1,
      step: 0.01,
      value: String(state.nudge),
      "data-keep": "nudge",
      "aria-label": `A small change of ${names[i]}`,
      oninput: (e) => {
        state.nudge = Number(e.target.value);
        render();
      },
    });
    const moved =
      compute(nodes, ops, lesson.rules, new Map(state.edits).set(i, value + state.nudge)).data[rootId] -
      run.data[rootId];
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
      element("legend", {}, `Change ${names[i]}`),
      element("div", { class: "row" }, number, slider),
      element("div", { class: "row" }, element("label", {}, `wiggle by ${short(state.nudge)}`), nudge),
      bar(predicted, "backward", "predicted: grad × change"),
      bar(moved, "forward", "actual change of " + names[rootId]),
    );
  }

  // -------------------------------------------------------------- predict

  function renderQuiz(asked) {
    ui.quiz.hidden = !state.quiz;
    if (!state.quiz) return ui.quiz.replaceChildren();
    const verdict = element("p", { role: "status" });
    const say = ({ right, words }) => {
      verdict.className = "verdict " + (right ? "right" : "wrong");
      verdict.textContent = words;
    };
    if (state.verdict) say(state.verdict);
    const score = element("p", { class: "score" }, `${state.right} of ${state.asked} right at the first try`);
    if (!asked) {
      const note = state.k >= steps.length ? "That was the last step." : "Nothing to predict here: step on.";
      return ui.quiz.replaceChildren(verdict, element("p", {}, note), score);
    }
    const input = element("input", { type: "text", autocomplete: "off", "aria-label": asked.ask, size: 10 });
    let tries = 0;
    const goOn = (told) => {
      go(state.k + 1);
      state.verdict = told;
      render();
      ui.quiz.querySelector("input")?.focus();
    };
    const answer = (event) => {
      event.preventDefault();
      const number = typed(input.value);
      if (number === undefined) return say({ right: false, words: "Type a number, such as -1.5 or 1/3." });
      const told = judge(asked, number);
      if (tries++ === 0) (state.asked++, (state.right += Number(told.right)));
      if (told.right) return goOn(told);
      say(told);
      input.select();
    };
    const show = () => {
      if (tries === 0) state.asked++;
      goOn(null);
    };
    ui.quiz.replaceChildren(
      verdict,
      element(
        "form",
        { onsubmit: answer },
        element("p", { class: "ask" }, asked.ask),
        input,
        element("button", { type: "submit" }, "Check"),
        element("button", { type: "button", onclick: show }, "Show me"),
      ),
      score,
    );
  }

  // -------------------------------------------------------------- keys, theme, print

  function pressed(event) {
    const inside = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || ui.help.open) return;
    const field = /^(INPUT|SELECT|TEXTAREA)$/.test(inside.tagName ?? "");
    if (field && inside.type !== "range" && event.key !== "Escape") return;
    if (field && inside !== ui.range && /^(Arrow|Home|End|Page)/.test(event.key)) return;
    const pressable = /^(BUTTON|SUMMARY)$/.test(inside.tagName ?? "") && event.key === " ";
    const acts = {
      ArrowRight: forward,
      ArrowLeft: () => go(state.k - 1),
      " ": () => play(!state.playing),
      Home: () => go(0),
      End: () => go(steps.length),
      1: () => toPhase("forward"),
      2: () => toPhase("backward"),
      3: () => toPhase("update"),
      l: () => setLevel(lesson.levels[(lesson.levels.indexOf(state.level) + 1) % lesson.levels.length]),
      q: () => setQuiz(!state.quiz),
      p: () => setBig(!state.big),
      "?": () => ui.help.showModal(),
      Escape: () => {
        play(false);
        pin(null);
        inside.blur?.();
        root.focus();
      },
    };
    if (!acts[event.key] || pressable) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }
  root.tabIndex = -1;
  (lesson.page ? document : shadow).addEventListener("keydown", pressed);

  // A notebook says light or dark on its body; elsewhere the reader's system does (player.css).
  function followTheme() {
    const told = document.querySelector("[data-jp-theme-light]")?.getAttribute("data-jp-theme-light");
    if (told) host.dataset.theme = told === "true" ? "light" : "dark";
  }
  followTheme();
  const themed = document.querySelector("[data-jp-theme-light]");
  if (themed)
    new MutationObserver(followTheme).observe(themed, { attributes: true, attributeFilter: ["data-jp-theme-light"] });

  // On paper: the picture, then every step as a sentence, then every node's numbers.
  window.addEventListener("beforeprint", () => {
    const all = pictureAt(lesson, run, steps, steps.length);
    ui.handout.replaceChildren(
      element("h2", {}, "Every step"),
      element(
        "ol",
        {},
        ...steps
          .slice(0, 400)
          .map((step, j) => element("li", { class: step.phase }, sentence(step, pictureAt(lesson, run, steps, j + 1)))),
      ),
      element("h2", {}, "Every named node"),
      element(
        "table",
        { class: "ledger" },
        element("thead", {}, element("tr", {}, ...["node", "data", "grad"].map((t) => element("th", {}, t)))),
        element(
          "tbody",
          {},
          ...nodes.flatMap((n, i) =>
            n.label
              ? [
                  element(
                    "tr",
                    {},
                    element("th", {}, names[i]),
                    element("td", {}, onCard(all.data[i])),
                    element("td", {}, all.gradient[i] === null ? DASH : onCard(all.gradient[i])),
                  ),
                ]
              : [],
          ),
        ),
      ),
    );
  });

  function fromAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (lesson.levels.includes(asked.get("level")) && asked.get("level") !== state.level) setLevel(asked.get("level"));
    if (/^\d+$/.test(asked.get("step") ?? "")) go(Number(asked.get("step")));
  }
  run = runOf(lesson, state.edits);
  steps = stepsOf(lesson, run, state.level, state.opened);
  render();
  if (lesson.page) {
    fromAddress();
    window.addEventListener("hashchange", fromAddress);
  }
  return { go: (k) => go(k, false), edit: (edits) => edit(new Map(edits), false), state, count: () => steps.length };
}
