// The address of a page says where it is: `#step=7`, and the level if it is not the one to start with.

/**
 * @param {State} state
 * @param {Lesson} lesson
 */
export function addressOf({ k, level }, { start }) {
  return `#step=${k}${level === start ? "" : `&level=${level}`}`;
}

/**
 * The step and the level that an address asks for; undefined where it does not.
 * @param {string} hash
 * @param {Lesson} lesson
 */
export function placeIn(hash, { levels }) {
  const asked = new URLSearchParams(hash.slice(1));
  const step = asked.get("step") ?? "";
  return {
    level: levels.find((level) => level === asked.get("level")),
    k: /^\d+$/.test(step) ? Number(step) : undefined,
  };
}
