// The chain of factors that leads from the root down to a share.

import { held } from "./notation.js";
import { shortName } from "./sentences.js";

const CHAIN_ROOM = 44; // characters of a chain, so that the line stays in its column
const CHAIN_LENGTH = 4; // factors

/**
 * The shares along which a contribution came, from the root down, as far as the way up is single and there is room.
 * @param {ContributeEvent} event
 * @param {Picture} picture
 * @param {string[]} names
 */
export function chainOf(event, picture, names) {
  const root = names.length - 1;
  const chain = [event];
  const width = (/** @type {number} */ top, /** @type {number} */ bottom) =>
    Math.max(...[top, bottom].map((i) => held(shortName(names[i])).length)) + 4;
  let room = CHAIN_ROOM - width(root, event.parent) - width(root, event.node) - width(event.node, event.parent);
  while (chain.length < CHAIN_LENGTH && chain[0].node !== root && picture.received[chain[0].node].length === 1) {
    const [above] = picture.received[chain[0].node];
    if (above.after !== chain[0].upstream) break; // with a fault it need not be what is passed on
    room += width(root, chain[0].node) - width(root, above.node) - width(above.node, above.parent);
    if (room < 0) break;
    chain.unshift(above);
  }
  return chain;
}
