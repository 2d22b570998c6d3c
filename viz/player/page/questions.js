// Predict: the question that a step asks, and what a wrong number betrays.
//
// For every slip that learners make the number it gives is worked out beforehand; a number
// that is typed is compared with the answer first, then with those.

const TOLERANCE = 0.01; // a number is right within 1 %, so that rounding is never an error
function near(a, b) {
  if (!Number.isFinite(b) || !Number.isFinite(a)) return Object.is(a, b);
  return Math.abs(a - b) <= TOLERANCE * Math.abs(b) + 1e-12;
}

// The question that an event asks: its words, its answer, and the number each slip would give.
function questionOf(lesson, picture, event, names) {
  const name = names[event.node];
  const root = names[lesson.nodes.length - 1];
  if (event.kind === "compute")
    return { ask: `What is ${name} now?`, answer: event.value, slips: [[-event.value, "the sign is turned around"]] };
  if (event.kind === "seed")
    return {
      ask: `Backward begins: what is ∂${root}/∂${root}?`,
      answer: 1,
      slips: [
        [
          picture.data[event.node],
          `that is the value of ${root}; the question is how fast ${root} changes with itself`,
        ],
        [0, `${root} does change when ${root} changes: by just as much`],
        [-1, "the sign is turned around"],
      ],
    };
  if (event.kind === "update") {
    const { rate } = lesson.update;
    return {
      ask: `The learning rate is ${short(rate)}: what does ${name} become?`,
      answer: event.after,
      slips: [
        [event.before + rate * event.grad, "that is a step uphill; the gradient is subtracted"],
        [event.before - event.grad, "the learning rate was left out"],
        [event.before, `${name} does move: by the learning rate times its gradient`],
      ],
    };
  }
  if (event.kind !== "contribute") return null;
  const { upstream, local, contribution, before, after, operand } = event;
  const node = lesson.nodes[event.node],
    parent = names[event.parent];
  const earlier = picture.received[event.parent];
  const held = before ?? 0;
  const others = picture.run.locals[event.node].filter((_, j) => j !== operand);
  const slips = [];
  // Each slip in the share itself, added to what is there; then the same, put in its place.
  const shares = [
    [local, "the upstream factor was left out: the local derivative is multiplied by what arrives from above"],
    [upstream, "that is the upstream gradient alone: it is multiplied by the local derivative"],
    [-contribution, "the sign is turned around"],
  ];
  if (node.op === "mul")
    shares.unshift([
      upstream * picture.data[event.parent],
      `that uses the value of ${parent} itself; the slope of a product is the value of its sibling`,
    ]);
  else for (const other of others) shares.unshift([upstream * other, "that is the slope for the other operand"]);
  if (before !== null) {
    slips.push([
      contribution,
      `that is this path alone: it overwrote the ${short(before)} already there and forgot the other path; the paths are added (+=)`,
    ]);
    slips.push([before, `that is what ${parent} held before: the new path was forgotten`]);
    for (const e of earlier)
      slips.push([after - e.contribution, `the other path, through ${names[e.node]}, was forgotten`]);
  }
  for (const [share, words] of shares) slips.push([held + share, words]);
  if (before !== null)
    for (const [share, words] of shares) slips.push([share, `${words}; and it overwrote what was there`]);
  slips.push([-after, "the sign is turned around"]);
  return { ask: `What is ∂${root}/∂${parent} after this step?`, answer: after, slips };
}

// Right, or the slips that give this number (two may), or neither.
function judge(question, number) {
  if (near(number, question.answer)) return { right: true, words: `Right: ${short(question.answer)}.` };
  const found = new Set(question.slips.filter(([value]) => near(number, value)).map(([, words]) => words));
  return {
    right: false,
    words: found.size ? `Not quite: ${[...found].join("; or ")}.` : "Not that. Try again, or have it shown.",
  };
}
