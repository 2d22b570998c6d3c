// The player: one run of a graph, shown step by step.
//
// The lesson (viz/player/lesson.py) is plain data: nodes, ops, boxes, drawings. From it and the
// state (which step, which level, which edits) everything shown is worked out anew at every
// step, so the way back is exact. The script sets text and classes; Graphviz drew the picture.

// Put a player into an element. `hooks.step(k)` and `hooks.edit(edits)` hear what the reader does;
// what is returned lets a program step and edit in turn.
function mount(host, lesson, hooks = {}) {
  const { nodes } = lesson;
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

  const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const drawings = new DOMParser().parseFromString(lesson.markup, "text/html");
  const act = {
    go,
    forward,
    play,
    toPhase,
    setLevel,
    setBig,
    setQuiz,
    pin,
    open,
    edited,
    refresh: render,
    reset: () => edit(new Map()),
  };
  const words = wordsOf(lesson, drawings);
  const stage = stageOf(lesson, words, drawings, state, act);
  const about = aboutOf(lesson, words, state, act, stage.light);
  const quiz = quizOf(state, act);
  const sections = { figure: stage.figure, quiz: quiz.section, about: about.section };
  const ui = layoutOf(lesson, words.names, sections, state, act);
  const style = element("style");
  style.textContent = lesson.css;
  shadow.replaceChildren(style, ui.root);

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
    if (state.quiz && question()) quiz.section.querySelector("input")?.focus();
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

  function edit(edits, tell = true) {
    state.edits = edits;
    run = runOf(lesson, edits);
    steps = stepsOf(lesson, run, state.level, state.opened);
    state.k = clamp(state.k);
    render();
    if (tell) hooks.edit?.(Object.fromEntries(edits));
  }
  function edited(i, x) {
    edit(new Map(state.edits).set(i, x));
  }

  // -------------------------------------------------------------- showing

  function question() {
    const next = steps[state.k];
    if (!state.quiz || !next || next.box) return null;
    const picture = pictureAt(lesson, run, steps, state.k);
    return questionOf(lesson, picture, next.events[0], words.names);
  }

  function render() {
    const picture = pictureAt(lesson, run, steps, state.k);
    const { step } = picture;
    const asking = state.quiz ? question() : null;
    ui.root.className =
      "player" +
      (lesson.page ? " page" : "") +
      (state.big ? " big" : "") +
      (state.quiz ? " asking" : "") +
      ` in-${step?.phase ?? "start"}`;
    ui.where.textContent = step
      ? `Step ${state.k} of ${steps.length} · ${step.phase}`
      : `Start · ${plural(steps.length, "step")}`;
    const said = words.sentence(step, picture);
    if (ui.sentence.textContent !== said) ui.sentence.textContent = said;
    ui.formulas.replaceChildren(...words.formulasOf(step, picture));
    ui.within.replaceChildren(...(step?.box ? [about.withinTable(step)] : []));
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
    ui.range.setAttribute("aria-valuetext", `${ui.where.textContent}. ${said}`);
    ui.phases.forEach((b, i) =>
      b.setAttribute("aria-pressed", String(step?.phase === ["forward", "backward", "update"][i])),
    );
    ui.levels.forEach((b, i) => b.setAttribute("aria-pressed", String(state.level === lesson.levels[i])));
    ui.predict.setAttribute("aria-pressed", String(state.quiz));
    ui.big.setAttribute("aria-pressed", String(state.big));
    ui.reset.hidden = state.edits.size === 0;
    ui.picker.value = state.pinned ?? "";
    stage.show(picture, asking && steps[state.k].events[0]);
    quiz.show(asking, state.k >= steps.length);
    about.show(state.pinned ?? words.subject(step), picture, steps);
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
        ui.root.focus();
      },
    };
    if (!acts[event.key] || pressable) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }
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
          .map((step, j) =>
            element("li", { class: step.phase }, words.sentence(step, pictureAt(lesson, run, steps, j + 1))),
          ),
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
                    element("th", {}, words.names[i]),
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
