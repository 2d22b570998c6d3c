// What is said about a step: a sentence, and the chain rule with symbols and with numbers.

// The formulas of the op table, parsed once: for each op the op itself and its local derivatives.
function templatesOf(lesson, drawings) {
  const templates = {};
  for (const [key, entry] of Object.entries(lesson.ops)) {
    const find = (name) => drawings.querySelector(`[data-formula="${entry.id}-${name}"]`);
    templates[key] = {
      forward: find("f")?.firstElementChild,
      rules: Array.from({ length: entry.arity }, (_, j) => find(j)?.firstElementChild),
    };
  }
  return templates;
}

function wordsOf(lesson, drawings) {
  const { nodes, ops } = lesson;
  const rootId = nodes.length - 1;
  const templates = templatesOf(lesson, drawings);
  const names = nodes.map((n, i) =>
    n.constant && !n.label ? short(n.data) : n.name === "v" + i ? "v" + subscript(i) : n.name,
  );

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

  function sentence(step, picture) {
    if (!step) return `Only the leaves have values. Step on, and ${names[rootId]} is computed from them.`;
    if (step.box) return boxSentence(step, picture);
    const e = step.events[0],
      name = names[e.node];
    switch (e.kind) {
      case "compute": {
        const given = nodes[e.node].parents.map((p) => short(picture.run.data[p]));
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
      return `${box.name} computes its output: ${span(box.outputs.map((i) => picture.run.data[i]))} (${count}).`;
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
          [null, "=", filled(forward, i, (p) => factor(picture.run.data[p]))],
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
    return e.kind === "contribute" ? [chainRule(e, picture), ...localRule(e, picture)] : [];
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
  function localRule(e, picture) {
    const rule = templates[nodes[e.node].op].rules[e.operand];
    if (!rule) return [];
    const lines = [[ratio(e.node, e.parent), "=", filled(rule, e.node, mathName)]];
    if (rule.querySelector("[data-slot]")) {
      lines.push([null, "=", filled(rule, e.node, (p) => num(picture.run.data[p]))]);
      if (rule.querySelector("mo, mfrac, msup, msqrt")) lines.push([null, "=", num(e.local)]);
    }
    const made = formula(...lines);
    made.classList.add("rule");
    return [made];
  }

  // The node that a step is about.
  function subject(step) {
    if (!step) return rootId;
    if (step.box) return step.box.startsWith("layer") ? null : boxNamed(step.box).outputs[0];
    const e = step.events[0];
    return e.kind === "contribute" ? e.parent : (e.node ?? rootId);
  }

  // What a node is made of, as a formula; null for a leaf, or where it would be too long.
  function definition(i) {
    const forward = nodes[i].op && templates[nodes[i].op].forward;
    return forward ? formula([mathName(i), "=", filled(forward, i, mathName)]) : null;
  }

  return { names, shortName, sentence, formulasOf, boxNamed, subject, definition };
}
