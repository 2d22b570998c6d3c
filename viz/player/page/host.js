// The page around the player: what is typed here is none of its business, and it gets its address.

// JupyterLab, for one, cancels the line break that Enter makes in a field of a cell, and so the field's `change`.
const TYPING = ["keydown", "keypress", "keyup", "beforeinput", "input", "change", "copy", "cut", "paste"];
const FIELDS = "input, select, textarea";
const PAUSE = 250; // milliseconds; browsers refuse an address that changes at every move of a slider

/**
 * Keep what happens in the player's fields from what listens around it.
 * @param {ShadowRoot} shadow
 */
export function keepTyping(shadow) {
  const keep = (/** @type {Event} */ event) => {
    if (/** @type {Element} */ (event.target).matches?.(FIELDS)) event.stopPropagation();
  };
  for (const kind of TYPING) shadow.addEventListener(kind, keep);
}

/**
 * Call a function at most once in a while, the last time not left out.
 * @param {() => void} call
 * @param {number} [pause] milliseconds
 */
export function seldom(call, pause = PAUSE) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  return () => {
    if (waiting !== undefined) return;
    waiting = setTimeout(() => {
      waiting = undefined;
      call();
    }, pause);
  };
}

/**
 * A notebook says light or dark on its body; elsewhere the reader's system does (base.css).
 * @param {HTMLElement} host
 */
export function followTheme(host) {
  const themed = document.querySelector("[data-jp-theme-light]");
  if (!themed) return;
  const follow = () => {
    host.dataset.theme = themed.getAttribute("data-jp-theme-light") === "true" ? "light" : "dark";
  };
  follow();
  new MutationObserver(follow).observe(themed, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
}
