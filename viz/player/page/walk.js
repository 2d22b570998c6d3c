// From node to node by key: to what it is made of, to what uses it, to its neighbours.

/**
 * The node that lies in a direction; the same one where there is none.
 * @param {Pick<LessonNode, "parents">[]} nodes
 * @param {number} i
 * @param {"in" | "out" | "up" | "down"} way towards its operands, its user, or the operand beside it
 */
export function walked(nodes, i, way) {
  if (way === "in") return nodes[i].parents[0] ?? i;
  const user = nodes.findIndex(({ parents }) => parents.includes(i));
  if (user < 0) return i;
  if (way === "out") return user;
  const beside = [...new Set(nodes[user].parents)];
  return beside[beside.indexOf(i) + (way === "up" ? -1 : 1)] ?? i;
}
