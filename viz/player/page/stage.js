// The place of a drawing: its camera, moved by the step and by the hand, and a small map where not all is seen.

import { aim, common, fit, follow, freeCorner, panned, seen, transformOf, zoomAt } from "./camera.js";
import { drawn, element } from "./dom.js";
import { watchHand } from "./gestures.js";

const MAP = { width: 150, height: 96 }; // pixels at most
const STEP = 1.25; // of a zoom by key

/**
 * @param {string} name the class of the place
 * @param {View[]} views one of which is shown at a time
 * @param {boolean} page whether the wheel is the picture's without being asked
 * @returns {Stage}
 */
export function makeStage(name, views, page) {
  const frame = drawn("rect", { class: "frame" });
  const map = drawn("svg", { class: "map", "aria-hidden": "true" });
  const place = element("div", { class: `stage ${name}`, tabindex: 0, "aria-label": "Picture", role: "group" });
  place.append(...views.map((view) => view.svg), map);
  /** @type {View | undefined} */
  let view;
  /** @type {Rect[]} */
  let inPlay = [];
  let least = 1;
  /** @type {Step | null} */
  let moment = null;
  /** @type {Camera | null} where the hand put it; null where it goes by itself */
  let byHand = null;
  let isWhole = false; // for this step alone

  const size = () => ({ width: place.clientWidth, height: place.clientHeight });
  const camera = () => byHand ?? aim(/** @type {View} */ (view).drawing, size(), least, inPlay);

  watchHand(place, (event) => page || event.ctrlKey || event.metaKey || place.matches(":focus-within"), {
    pan: (dx, dy) => move(panned(camera(), shown().drawing, dx, dy)),
    zoom: (x, y, factor) => move(zoomAt(camera(), shown().drawing, size(), { x, y }, factor)),
  });
  for (const event of ["pointerdown", "pointermove"]) map.addEventListener(event, pointAt);

  const shown = () => /** @type {View} */ (view);

  /** @param {Camera | null} to */
  function move(to) {
    byHand = to;
    isWhole = false;
    draw();
  }

  /** @param {Event} event a press on the map, or a drag over it */
  function pointAt(event) {
    const { buttons, clientX, clientY } = /** @type {PointerEvent} */ (event);
    event.stopPropagation();
    if (!buttons) return;
    const { left, top, width, height } = map.getBoundingClientRect();
    const { drawing } = shown();
    const x = drawing.x + ((clientX - left) / width) * drawing.width;
    const y = drawing.y + ((clientY - top) / height) * drawing.height;
    move({ x, y, scale: camera().scale });
  }

  /** @type {Stage["show"]} */
  function show(next, boxes, floor, step) {
    if (next !== view || isWhole || floor !== least) byHand = null;
    else if (byHand && step !== moment && boxes.length && size().width)
      byHand = boxes.reduce((moved, box) => follow(moved, box, size()), byHand);
    if (next !== view) fillMap(next);
    [view, inPlay, least, moment, isWhole] = [next, boxes, floor, step, false];
    draw();
  }

  function draw() {
    if (!view || !size().width) return; // not laid out yet: the observer comes back
    const to = camera();
    view.camera.style.transform = transformOf(to, view.drawing, size());
    showMap(view.drawing, to);
  }

  /**
   * @param {Rect} drawing
   * @param {Camera} to
   */
  function showMap(drawing, to) {
    const sees = seen(to, size());
    const isAll = sees.width * 1.001 > drawing.width && sees.height * 1.001 > drawing.height;
    map.toggleAttribute("hidden", isAll);
    if (isAll) return;
    const { width, height } = size();
    const ratio = Math.min(MAP.width, width / 4) / drawing.width;
    const smaller = Math.min(ratio, Math.min(MAP.height, height / 4) / drawing.height);
    map.style.width = `${drawing.width * smaller}px`;
    map.style.height = `${Math.max(drawing.height * smaller, 12)}px`;
    for (const [name, value] of Object.entries(common(sees, drawing))) frame.setAttribute(name, String(value));
    const [right, low] = freeCorner(
      { width: map.clientWidth + 16, height: map.clientHeight + 16 },
      size(),
      subject(to),
    );
    const at = (/** @type {boolean} */ here) => (here ? "8px" : "auto");
    map.style.inset = `${at(!low)} ${at(right)} ${at(low)} ${at(!right)}`;
    for (const [id, mark] of shown().boxes)
      marks.get(id)?.classList.toggle("now", mark.group.classList.contains("now"));
  }

  /**
   * What is most in play, in pixels of the place.
   * @param {Camera} to
   * @returns {Rect | undefined}
   */
  function subject(to) {
    const box = inPlay[inPlay.length - 1];
    const { x, y } = seen(to, size());
    const pixels = (/** @type {number} */ units) => units * to.scale;
    return box && { x: pixels(box.x - x), y: pixels(box.y - y), width: pixels(box.width), height: pixels(box.height) };
  }

  /** @type {Map<string, SVGElement>} */
  const marks = new Map();

  /** @param {View} next */
  function fillMap({ drawing, boxes, boxOf }) {
    map.setAttribute("viewBox", `${drawing.x} ${drawing.y} ${drawing.width} ${drawing.height}`);
    marks.clear();
    for (const [id, { group }] of boxes) {
      const box = group.classList.contains("node") && boxOf(id);
      if (box) marks.set(id, drawn("rect", { ...box, class: "" }));
    }
    map.replaceChildren(...marks.values(), frame);
  }

  return {
    place,
    show,
    zoom(times) {
      const { width, height } = size();
      move(zoomAt(camera(), shown().drawing, size(), { x: width / 2, y: height / 2 }, STEP ** times));
    },
    whole() {
      move(fit(shown().drawing, size()));
      isWhole = true;
    },
    look(box) {
      const { scale } = camera();
      move(follow({ ...camera(), scale: Math.max(scale, least) }, box, size()));
    },
  };
}
