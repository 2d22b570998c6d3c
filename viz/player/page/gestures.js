// What a hand does to a picture: drag, pinch and wheel. A click stays a click.

const STILL = 4; // pixels that a click may move
const WHEEL = { 0: 0.0016, 1: 0.04, 2: 0.4 }; // by the wheel's unit: pixels, lines, pages

/**
 * Watch a place.
 * @param {HTMLElement} place
 * @param {(event: WheelEvent) => boolean} wheels whether the wheel is the picture's, not the page's around it
 * @param {{ pan(dx: number, dy: number): void, zoom(x: number, y: number, factor: number): void }} acts in pixels from
 *   the corner of the place
 */
export function watchHand(place, wheels, { pan, zoom }) {
  /** @type {Map<number, { x: number, y: number }>} */
  const down = new Map();
  let travelled = 0;

  /** @param {MouseEvent} event */
  const at = ({ clientX, clientY }) => {
    const { left, top } = place.getBoundingClientRect();
    return { x: clientX - left - place.clientLeft, y: clientY - top - place.clientTop };
  };

  /** Where the hand is, and how far its two fingers are apart. */
  function hand() {
    const [a, b = a] = [...down.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
  }

  place.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (down.size === 0) travelled = 0;
    if (down.size < 2) down.set(event.pointerId, at(event));
  });
  place.addEventListener("pointermove", (event) => {
    if (!down.has(event.pointerId)) return;
    const before = hand();
    down.set(event.pointerId, at(event));
    const after = hand();
    const [dx, dy] = [after.x - before.x, after.y - before.y];
    travelled += Math.hypot(dx, dy) + Math.abs(after.apart - before.apart);
    if (travelled < STILL) return;
    place.setPointerCapture(event.pointerId);
    place.classList.add("held");
    pan(dx, dy);
    if (before.apart > 0) zoom(after.x, after.y, after.apart / before.apart);
  });
  for (const end of ["pointerup", "pointercancel"])
    place.addEventListener(end, (event) => {
      down.delete(/** @type {PointerEvent} */ (event).pointerId);
      if (down.size === 0) place.classList.remove("held");
    });
  for (const pressed of ["click", "dblclick"])
    place.addEventListener(
      pressed,
      (event) => {
        if (travelled >= STILL) event.stopPropagation(); // it was a drag
      },
      true,
    );
  place.addEventListener(
    "wheel",
    (event) => {
      if (!wheels(event)) return;
      event.preventDefault();
      const { x, y } = at(event);
      const speed = WHEEL[/** @type {0 | 1 | 2} */ (event.deltaMode)] * (event.ctrlKey ? 5 : 1); // a pinched pad is slow
      zoom(x, y, Math.exp(-event.deltaY * speed));
    },
    { passive: false },
  );
}
