// The page's furniture: made once, in reading order. What it says is set at every step (main.js).

const button = (text, label, click, key = "") =>
  element(
    "button",
    { type: "button", "aria-label": label, title: key ? `${label} (${key})` : label, onclick: click },
    text,
  );

function layoutOf(lesson, names, { figure, quiz, about }, state, act) {
  const { nodes } = lesson;
  const ui = {
    title: element("h1", {}, lesson.title),
    where: element("p", { class: "where" }),
    sentence: element("p", { class: "sentence", "aria-live": "polite" }),
    formulas: element("div", { class: "formulas" }),
    sum: element("dl", { class: "sum" }),
    within: element("div", { class: "within" }),
    range: element("input", {
      type: "range",
      min: 0,
      step: 1,
      "aria-label": "Step",
      oninput: (e) => act.go(Number(e.target.value)),
    }),
    play: button(icon("play"), "Play", () => act.play(!state.playing), "Space"),
    speed: element(
      "select",
      { "aria-label": "Speed", onchange: () => state.playing && act.play(true) },
      ...[
        ["2400", "½×"],
        ["1200", "1×"],
        ["600", "2×"],
        ["250", "5×"],
      ].map(([value, text]) => element("option", { value, selected: value === "1200" }, text)),
    ),
    phases: ["forward", "backward", "update"].slice(0, lesson.update ? 3 : 2).map((phase, i) =>
      element(
        "button",
        {
          type: "button",
          class: "phase " + phase,
          title: `To the ${phase} pass (${i + 1})`,
          onclick: () => act.toPhase(phase),
        },
        { forward: "→ Forward", backward: "← Backward", update: "↻ Update" }[phase],
      ),
    ),
    levels: lesson.levels.map((level) =>
      element(
        "button",
        { type: "button", title: `Step by ${level} (l)`, onclick: () => act.setLevel(level) },
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
        onclick: () => act.setQuiz(!state.quiz),
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
        onclick: () => act.setBig(!state.big),
      },
      "Aa",
    ),
    picker: element(
      "select",
      { "aria-label": "Show a node", onchange: (e) => act.pin(e.target.value === "" ? null : Number(e.target.value)) },
      element("option", { value: "" }, "follow the step"),
      ...nodes.flatMap((n, i) => (n.constant ? [] : [element("option", { value: i }, `${i}  ${names[i]}`)])),
    ),
    reset: element("button", { type: "button", class: "reset", onclick: act.reset, hidden: true }, "Undo edits"),
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
  ui.root = element(
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
      figure,
      element(
        "aside",
        {},
        ui.where,
        ui.sentence,
        quiz,
        ui.formulas,
        ui.sum,
        ui.within,
        about,
        element("p", { class: "pick" }, element("label", {}, "Node ", ui.picker), ui.reset),
      ),
    ),
    element(
      "footer",
      {},
      button(icon("first"), "First step", () => act.go(0), "Home"),
      button(icon("back"), "Step back", () => act.go(state.k - 1), "Left"),
      ui.play,
      button(icon("step"), "Step", () => act.forward(), "Right"),
      button(icon("last"), "Last step", () => act.go(Infinity), "End"),
      ui.range,
      ui.speed,
    ),
    ui.help,
    ui.handout,
  );
  ui.root.tabIndex = -1;
  return ui;
}
