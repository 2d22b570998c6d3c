// What each key does, and what the list of keys says about it.

/**
 * `when` says for which lessons a key is listed; for all where it is left out.
 * @type {{ shown: string, does: string, when?: (lesson: Lesson) => boolean,
 *   commands: Record<string, (acts: Acts) => void> }[]}
 */
export const KEYS = [
  {
    shown: "→ ←",
    does: "step, back",
    commands: { ArrowRight: (acts) => acts.forward(), ArrowLeft: (acts) => acts.back() },
  },
  { shown: "Space", does: "play, pause", commands: { " ": (acts) => acts.togglePlay() } },
  {
    shown: "Home End",
    does: "first, last",
    commands: { Home: (acts) => acts.first(), End: (acts) => acts.last() },
  },
  {
    shown: "1 2",
    does: "forward, backward",
    commands: { 1: (acts) => acts.toPhase("forward"), 2: (acts) => acts.toPhase("backward") },
  },
  {
    shown: "3",
    does: "update",
    when: ({ update }) => update !== null,
    commands: { 3: (acts) => acts.toPhase("update") },
  },
  {
    shown: "l",
    does: "ops, neurons, layers",
    when: ({ levels }) => levels.length > 1,
    commands: { l: (acts) => acts.nextLevel() },
  },
  {
    shown: ", .",
    does: "less, more of a pinned leaf",
    when: ({ rules }) => rules !== null,
    commands: { ",": (acts) => acts.nudge(-1), ".": (acts) => acts.nudge(1) },
  },
  { shown: "q", does: "predict", commands: { q: (acts) => acts.toggleQuiz() } },
  { shown: "t", does: "the run as text", commands: { t: (acts) => acts.text() } },
  { shown: "p", does: "big type", commands: { p: (acts) => acts.toggleBig() } },
  {
    shown: "⇧ ← → ↑ ↓",
    does: "to a node's operand, its user, its neighbour",
    commands: {
      "⇧ArrowLeft": (acts) => acts.walk("in"),
      "⇧ArrowRight": (acts) => acts.walk("out"),
      "⇧ArrowUp": (acts) => acts.walk("up"),
      "⇧ArrowDown": (acts) => acts.walk("down"),
    },
  },
  { shown: "a", does: "play to the end of this pass", commands: { a: (acts) => acts.playPhase() } },
  { shown: "f", does: "full screen", commands: { f: (acts) => acts.fullScreen() } },
  { shown: "b", does: "blank the screen", commands: { b: (acts) => acts.toggle("blank") } },
  { shown: "z", does: "a light at the pointer", commands: { z: (acts) => acts.toggle("laser") } },
  { shown: "n", does: "notes", commands: { n: (acts) => acts.toggle("noted") } },
  {
    shown: "+ − 0",
    does: "nearer, farther, all",
    commands: {
      "+": (acts) => acts.zoom(1),
      "=": (acts) => acts.zoom(1),
      "-": (acts) => acts.zoom(-1),
      0: (acts) => acts.whole(),
    },
  },
  { shown: "Esc", does: "let go of a node", commands: { Escape: (acts) => acts.release() } },
  { shown: "?", does: "this list", commands: { "?": (acts) => acts.help() } },
];

const COMMANDS = new Map(KEYS.flatMap(({ commands }) => Object.entries(commands)));

/**
 * What a key does where it was pressed; undefined where it belongs to the field or the button that has the focus.
 * @template A
 * @param {string} key
 * @param {{ tagName?: string, type?: string }} place
 * @param {boolean} onTimeline whether the place is the slider of the steps
 * @param {Map<string, (acts: A) => void>} commands
 */
export function commandIn(key, { tagName = "", type = "" }, onTimeline, commands) {
  const isField = ["INPUT", "SELECT", "TEXTAREA"].includes(tagName);
  if (isField && type !== "range" && key !== "Escape") return undefined;
  if (isField && !onTimeline && /^(Arrow|Home|End|Page)/.test(key)) return undefined;
  if (key === " " && ["BUTTON", "SUMMARY"].includes(tagName)) return undefined;
  return commands.get(key);
}

/**
 * The same among the player's own.
 * @param {string} key
 * @param {{ tagName?: string, type?: string }} place
 * @param {boolean} onTimeline
 */
export const commandFor = (key, place, onTimeline) => commandIn(key, place, onTimeline, COMMANDS);

/**
 * Carry out a key that is the player's, and keep it from the page around it.
 * @param {KeyboardEvent} event
 * @param {HTMLInputElement} timeline
 * @param {Acts} acts
 */
export const keyPressed = (event, timeline, acts) => pressedIn(event, timeline, acts, COMMANDS);

/**
 * Carry out a key that is among the commands, and keep it from the page around.
 * @template A
 * @param {KeyboardEvent} event
 * @param {HTMLInputElement} timeline
 * @param {A} acts
 * @param {Map<string, (acts: A) => void>} commands
 */
export function pressedIn(event, timeline, acts, commands) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const place = /** @type {HTMLInputElement} */ (event.composedPath()[0]);
  const key = event.shiftKey && event.key.startsWith("Arrow") ? `⇧${event.key}` : event.key;
  const command = commandIn(key, place, place === timeline, commands);
  if (!command) return;
  event.preventDefault();
  event.stopPropagation();
  command(acts);
}
