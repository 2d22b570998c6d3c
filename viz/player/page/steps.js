// One run of a graph: what happens, in which order, and what is known at each step.
//
// Events are those of engine/tracing.py. A step is one event, or all that happens inside a
// folded box; the picture at step k is a pure function of the run and of k.

// A lesson as it came, its numbers made numbers again: JSON writes nan and the infinities as text.
function revived(lesson) {
  for (const node of lesson.nodes) {
    node.data = Number(node.data);
    node.locals = node.locals.map(Number);
  }
  for (const op of Object.values(lesson.ops)) op.params = op.params.map(Number);
  for (const row of lesson.update?.rows ?? []) row.after = Number(row.after);
  for (const row of lesson.held) row.grad = Number(row.grad);
  return lesson;
}

// All events of one run. With no edits the numbers are Python's; after an edit, the page's own.
function runOf(lesson, edits) {
  const { nodes, ops } = lesson;
  const own = edits.size > 0;
  const { data, locals } = own
    ? compute(nodes, ops, lesson.rules, edits)
    : { data: nodes.map((n) => n.data), locals: nodes.map((n) => n.locals) };
  const { gradient, events: backward } = pullBack(nodes, ops, locals);
  const root = nodes.length - 1;
  const events = [];
  nodes.forEach((n, i) => n.op && events.push({ kind: "compute", node: i, value: data[i] }));
  if (lesson.update) {
    events.push({ kind: "loss", node: root, value: data[root] });
    events.push({ kind: "zero", nodes: lesson.update.rows.map((row) => row.node) });
  }
  events.push(...backward);
  for (const { node, grad } of lesson.held) {
    const contribution = gradient[node] ?? 0;
    events.push({ kind: "accumulate", node, before: grad, contribution, after: grad + contribution });
  }
  for (const row of lesson.update && (!own || lesson.update.plain) ? lesson.update.rows : []) {
    const grad = gradient[row.node] ?? 0,
      before = data[row.node];
    const after = own ? before - lesson.update.rate * grad : row.after;
    events.push({ kind: "update", node: row.node, grad, before, after });
  }
  events.forEach((event, index) => (event.index = index));
  return { data, locals, gradient, events };
}

const PHASE = {
  compute: "forward",
  loss: "forward",
  zero: "backward",
  seed: "backward",
  contribute: "backward",
  accumulate: "backward",
  update: "update",
};

// Which box of a level a node is in; an opened box is as if it were not there.
function boxOf(lesson, level, opened, i) {
  if (level === "op") return null;
  if (level === "layer") return lesson.inLayer[i] >= 0 ? "layer" + lesson.inLayer[i] : null;
  const neuron = lesson.inNeuron[i];
  return neuron >= 0 && !opened.has("neuron" + neuron) ? "neuron" + neuron : null;
}

// Events become steps: one each, or one for all that happens inside a folded box. A box's step
// stands where its last value is computed, or where its first gradient is passed on.
function stepsOf(lesson, run, level, opened) {
  const groups = new Map();
  for (const event of run.events) {
    const phase = PHASE[event.kind];
    const box =
      event.node === undefined || event.kind === "loss" || event.kind === "seed"
        ? null
        : boxOf(lesson, level, opened, event.node);
    const key = box === null ? event.index : phase + box;
    if (!groups.has(key)) groups.set(key, { phase, box, events: [], order: 0 });
    const step = groups.get(key);
    step.events.push(event);
    if (phase === "forward" || step.events.length === 1) step.order = event.index;
  }
  return [...groups.values()].sort((a, b) => a.order - b.order);
}

// Everything that is known after the first k steps. A pure function: the same k, the same picture.
function pictureAt(lesson, run, steps, k) {
  const known = lesson.nodes.map((n) => !n.op);
  const data = [...run.data];
  const gradient = lesson.nodes.map(() => null);
  const received = lesson.nodes.map(() => []);
  const total = lesson.nodes.map(() => 0);
  for (const event of run.events) if (event.kind === "contribute") total[event.parent]++;
  for (const step of steps.slice(0, k)) {
    for (const event of step.events) {
      if (event.kind === "compute") known[event.node] = true;
      else if (event.kind === "seed") gradient[event.node] = event.value;
      else if (event.kind === "accumulate") gradient[event.node] = event.after;
      else if (event.kind === "update") data[event.node] = event.after;
      else if (event.kind === "contribute") {
        const p = event.parent;
        received[p].push(event);
        gradient[p] =
          received[p].length === total[p]
            ? run.gradient[p]
            : gradient[p] === null
              ? event.contribution
              : gradient[p] + event.contribution;
      }
    }
  }
  return { known, data, gradient, received, total, step: steps[k - 1] ?? null, run };
}
