// How slopes are written, once for the page (engine/notation.py says the same for text).
//
// ∂L/∂a, with the root L above, is a total. A local slope ∂c/∂b is written alike; where it would look like a total, or
// where b stands in c more than once, the place of the operand follows a bar: ∂c/∂b|left.

/**
 * For an operand of a node its place, where the local slope has to name it: `left`, `right`, or its number; else "".
 * @param {Pick<LessonNode, "parents">[]} nodes
 */
export function placesOf(nodes) {
  /** @type {number[]} */
  const uses = nodes.map(() => 0);
  for (const { parents } of nodes) for (const parent of parents) uses[parent]++;

  /**
   * @param {number} node
   * @param {number} operand
   */
  return (node, operand) => {
    const { parents } = nodes[node];
    const parent = parents[operand];
    const isTwice = parents.indexOf(parent) !== parents.lastIndexOf(parent);
    const isLikeTotal = node === nodes.length - 1 && uses[parent] > 1;
    if (!isTwice && !isLikeTotal) return "";
    return parents.length === 2 ? ["left", "right"][operand] : String(operand + 1);
  };
}

/**
 * A name that holds together as it is; an expression in parentheses.
 * @param {string} name
 */
export function held(name) {
  let depth = 0;
  for (const character of name) {
    depth += Number(character === "(") - Number(character === ")");
    if (depth === 0 && " *·/".includes(character)) return `(${name})`;
  }
  return /^[-−]/.test(name) ? `(${name})` : name;
}

/**
 * A derivative on one line.
 * @param {string} top
 * @param {string} bottom
 * @param {string} [place] of the operand, where it has to be said
 */
export const ratio = (top, bottom, place) => `∂${held(top)}/∂${held(bottom)}${place ? `|${place}` : ""}`;
