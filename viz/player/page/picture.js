// The picture: Graphviz drew it; here its texts and classes follow the step.

function stageOf(lesson, words, drawings, state, act) {
  const { nodes } = lesson;
  const rootId = nodes.length - 1;
  const main = element("div", { class: "stage" });
  const caption = element("p", { class: "caption" });
  const inside = element("div", { class: "inside", hidden: true }, caption);
  const figure = element("figure", { "aria-label": lesson.alt }, main, inside);
  const views = {};
  for (const svg of drawings.querySelectorAll("svg[data-view]"))
    views[svg.dataset.view] = prepare(document.importNode(svg, true));
  main.append(
    ...Object.values(views)
      .filter((v) => !v.shape)
      .map((v) => v.svg),
  );
  inside.append(
    ...Object.values(views)
      .filter((v) => v.shape)
      .map((v) => v.svg),
  );

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
      if (box) act.open(box.key);
    });
    return view;
  }

  function clicked(view, id) {
    const i = view.shape ? view.members[Number(id.slice(1))] : nodeOf(view, id);
    if (i !== undefined) act.pin(state.pinned === i ? null : i);
  }
  function nodeOf(view, id) {
    const box = lesson.boxes[view.svg.dataset.view]?.find((b) => b.id === id);
    return box ? box.outputs[0] : Number(id.slice(1));
  }

  function show(picture, asked) {
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
      hidden: asked ? hiddenBy(asked) : {},
    };
    for (const [name, view] of Object.entries(views)) {
      if (view.shape) continue;
      view.svg.toggleAttribute("hidden", name !== level);
      if (name === level) renderView(view, lesson.boxes[name] ?? [], lesson.links[name], scene);
    }
    renderInside(step, scene);
    for (const box of [main, inside]) follow(box, box.querySelector("svg:not([hidden]) .now"));
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
    inside.hidden = !box;
    figure.classList.toggle("split", Boolean(box));
    for (const view of Object.values(views))
      if (view.shape) view.svg.toggleAttribute("hidden", !box || view.svg.dataset.view !== box.shape);
    if (!box) return;
    caption.replaceChildren(
      `Inside ${box.name} `,
      ...(state.opened.has(box.key) ? [button("×", `Close ${box.name}`, () => act.open(box.key))] : []),
    );
    const view = views[box.shape];
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
        put(entry.label, words.shortName(box.outputs[0]));
        put(entry.index, entry.label ? String(box.outputs[0]) : words.names[box.outputs[0]]);
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

  // Light the edge that a row of the ledger is about, in every drawing that has it.
  function light(event, on) {
    for (const view of Object.values(views)) edgeOf(view, event)?.group.classList.toggle("hover", on);
  }

  return { figure, show, light };
}
