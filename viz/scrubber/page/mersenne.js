// The orders of the samples as Python's `random.Random` draws them, so that the page trains on the same batches.
// Matsumoto and Nishimura 1998, "Mersenne twister"; shuffling: Fisher and Yates, from the end.

const WORDS = 624;
const SHIFTED = 397;

/**
 * A generator that goes on from a state of Python's.
 * @param {number[]} state its words, and last the place among them
 */
export function makeGenerator(state) {
  const words = Uint32Array.from(state.slice(0, WORDS));
  let place = state[WORDS];

  function renew() {
    for (let i = 0; i < WORDS; i++) {
      const mixed = (words[i] & 0x80000000) | (words[(i + 1) % WORDS] & 0x7fffffff);
      words[i] = words[(i + SHIFTED) % WORDS] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    place = 0;
  }

  /** The next 32 bits. */
  function next() {
    if (place >= WORDS) renew();
    let y = words[place++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /**
   * A whole number from 0 below n, at most 32 bits: drawn again while it is too large.
   * @param {number} n
   */
  function below(n) {
    const bits = 32 - Math.clz32(n);
    let drawn = next() >>> (32 - bits);
    while (drawn >= n) drawn = next() >>> (32 - bits);
    return drawn;
  }

  /**
   * The numbers from 0 below n in a new order.
   * @param {number} n
   */
  function order(n) {
    const numbers = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = below(i + 1);
      [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
    }
    return numbers;
  }

  return { next, order };
}
