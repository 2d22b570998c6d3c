// Numbers as people write them, and elements: HTML, MathML, the signs on buttons.

const DASH = "–";
const minus = (text) => text.replace(/-/g, "−");
const odd = (x) => (x !== x ? "nan" : x > 0 ? "∞" : "−∞");

// On a card: four decimals, or scientific where those would hide the number (as viz/labels.py writes it).
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
