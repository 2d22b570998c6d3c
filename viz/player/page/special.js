// Special functions: the gamma function and its logarithm, as Python computes them, and the derivatives of that
// logarithm, as engine/special.py does. The error functions. Sums that are rounded once.
//
// Primals by the names they have here, like those of engine.js: only a lesson that uses one carries them.

// Lanczos 1964, "A precision approximation of the gamma function", with the numbers of Python's Modules/mathmodule.c.
const G = 6.02468004077673;
const ABOVE = [
  23531376880.41076, 42919803642.6491, 35711959237.35567, 17921034426.03721, 6039542586.352028, 1439720407.3117216,
  248874557.86205417, 31426415.585400194, 2876370.6289353725, 186056.26539522348, 8071.672002365816, 210.82427775157936,
  2.5066282746310002,
];
const BELOW = [0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1];

/** @param {number} x above 0 */
function lanczosSum(x) {
  const small = x < 5;
  const horner = (/** @type {number[]} */ numbers) =>
    small ? numbers.reduceRight((sum, c) => sum * x + c, 0) : numbers.reduce((sum, c) => sum / x + c, 0);
  return horner(ABOVE) / horner(BELOW);
}

/**
 * sin(pi * x), with its digits near whole numbers.
 * @param {number} x
 */
function sinPi(x) {
  const y = Math.abs(x) % 2;
  const parts = [
    () => Math.sin(Math.PI * y),
    () => Math.cos(Math.PI * (y - 0.5)),
    () => Math.sin(Math.PI * (1 - y)),
    () => -Math.cos(Math.PI * (y - 1.5)),
    () => Math.sin(Math.PI * (y - 2)),
  ];
  return Math.sign(x) * parts[Math.round(2 * y)]();
}

/**
 * x ** n, where x ** n alone may be too large for what it is a factor of.
 * @param {number} factor
 * @param {number} x
 * @param {number} n
 */
function timesPower(factor, x, n) {
  const root = x ** (n / 2);
  return factor * root * root;
}

/** @param {number} x */
export function gamma(x) {
  if (x === 0) return 1 / x;
  if (x === -Infinity || (x < 0 && Number.isInteger(x))) return NaN;
  if (x === Infinity || Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size < 1e-20) return 1 / x;
  if (size > 200) return x < 0 ? 0 / sinPi(x) : Infinity;
  if (Number.isInteger(x) && x < 24) return wholeFactorial(x - 1);
  const y = size + (G - 0.5);
  const lost = size > G - 0.5 ? y - size - (G - 0.5) : y - (G - 0.5) - size;
  const z = (lost * G) / y;
  if (x < 0) {
    const r = (-Math.PI / sinPi(size) / size) * (Math.exp(y) / lanczosSum(size));
    return timesPower(r - z * r, y, 0.5 - size);
  }
  const r = lanczosSum(size) / Math.exp(y);
  return timesPower(r + z * r, y, size - 0.5);
}

/** @param {number} n */
function wholeFactorial(n) {
  let product = 1;
  for (let k = 2; k <= n; k++) product *= k;
  return product;
}

/** @param {number} x */
export function lgamma(x) {
  if (Number.isNaN(x)) return NaN;
  if (x === 1 || x === 2) return 0;
  if (Math.abs(x) === Infinity || (x <= 0 && Number.isInteger(x))) return Infinity;
  const size = Math.abs(x);
  if (size < 1e-20) return -Math.log(size);
  const r = Math.log(lanczosSum(size)) - G + (size - 0.5) * (Math.log(size + G - 0.5) - 1);
  return x > 0 ? r : Math.log(Math.PI) - Math.log(Math.abs(sinPi(size))) - Math.log(size) - r;
}

const BERNOULLI = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];

/**
 * The n-th derivative of the digamma function; its operand comes first, as everywhere in PRIMALS.
 * @param {number} x
 * @param {number} n
 */
export function polygamma(x, n) {
  const odd = n % 2 === 1;
  if (Number.isNaN(x) || x === -Infinity) return NaN;
  if (x > 0) return aboveZero(n, x);
  if (x === 0) return (odd ? 1 : -1) / x ** (n + 1);
  const rest = x - Math.round(x);
  if (rest === 0) return odd ? Infinity : NaN;
  const above = aboveZero(n, 1 - x);
  return (odd ? -above : above) - cotangent(n, rest);
}

/**
 * The recurrence up to where the asymptotic series holds.
 * @param {number} n
 * @param {number} x
 */
function aboveZero(n, x) {
  const terms = [];
  let z = x;
  for (let steps = 1; z < n + 12; steps++) {
    terms.push(overPower(wholeFactorial(n), z, n + 1));
    z = x + steps;
  }
  const first = n ? overPower(wholeFactorial(n - 1), z, n) : -Math.log(z);
  const scale = n ? first : 1;
  terms.push(first, (scale * (n || 1)) / (2 * z));
  let times = n ? 1 : 0; // how many ways there are to take 2k out of 2k + n - 1
  BERNOULLI.forEach((number, i) => {
    const k = 2 * (i + 1);
    times = n ? (times * (k + n - 2) * (k + n - 1)) / ((k - 1) * k) : 1 / k;
    terms.push(scale * ((number * times) / z ** k));
  });
  const total = fsum(...terms);
  return n % 2 ? total : -total;
}

/**
 * factor / x ** n, where x ** n alone may be too large for a float.
 * @param {number} factor
 * @param {number} x
 * @param {number} n
 */
function overPower(factor, x, n) {
  const power = x ** n;
  if (power < Infinity) return factor / power;
  const half = Math.floor(n / 2);
  return factor / x ** half / x ** (n - half);
}

/**
 * The n-th derivative of pi / tan(pi x), for x from -0.5 to 0.5: a polynomial in the cotangent c, whose own is -(1 + c c).
 * @param {number} n
 * @param {number} x
 */
function cotangent(n, x) {
  const near = Math.abs(x) < 0.25;
  const c = near ? 1 / Math.tan(Math.PI * x) : Math.tan(Math.PI * (Math.sign(x) / 2 - x));
  let powers = [0, 1];
  for (let i = 0; i < n; i++) {
    const slope = powers.map((factor, k) => k * factor).slice(1);
    powers = [...slope, 0, 0].map((factor, k) => -factor - (k < 2 ? 0 : slope[k - 2]));
  }
  return Math.PI ** (n + 1) * powers.reduceRight((sum, factor) => sum * c + factor);
}

/**
 * The complementary error function: below 1 by the series of erf, beyond by the continued fraction.
 * @param {number} x
 * @returns {number}
 */
export function erfc(x) {
  if (Number.isNaN(x)) return NaN;
  if (x < 0) return 2 - erfc(-x);
  if (x >= 30) return 0;
  const head = Math.fround(x); // exp(-x * x) in two parts, because x * x is rounded
  const bell = Math.exp(-head * head) * Math.exp((head - x) * (head + x));
  return x < 1 ? 1 - erfSeries(x, bell) : bell / (Math.sqrt(Math.PI) * erfcFraction(x));
}

/**
 * erf(x) as a series, until a term no longer changes the sum.
 * @param {number} x
 * @param {number} bell exp(-x * x)
 */
function erfSeries(x, bell) {
  let term = x;
  let sum = x;
  for (let n = 1; sum + term !== sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * bell * sum;
}

/**
 * The continued fraction under erfc(x), from its 200th level up.
 * @param {number} x
 */
function erfcFraction(x) {
  let tail = x;
  for (let n = 200; n > 0; n--) tail = x + n / 2 / tail;
  return tail;
}

/**
 * The error function: near 0 by its own series, where 1 - erfc(x) loses digits.
 * @param {number} x
 */
export function erf(x) {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) >= 0.5) return x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
  let term = x;
  let sum = x;
  for (let n = 1; sum + term !== sum; n++) {
    term *= (-x * x * (2 * n - 1)) / (n * (2 * n + 1));
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** @param {number} x */
export function gelu(x) {
  if (x > 40) return x;
  return x < -40 ? 0 : 0.5 * x * erfc(-x / Math.SQRT2);
}

/**
 * The sum, rounded once: parts that do not overlap, the small ones first (Shewchuk 1997), each of them exact.
 * @param {...number} xs
 */
export function fsum(...xs) {
  const special = xs.filter((x) => !Number.isFinite(x));
  if (special.length) return special.reduce((a, b) => a + b);
  const scale = Math.max(...xs.map(Math.abs)) > 1e290 ? 2 ** -64 : 1; // so that nothing overflows on the way
  /** @type {number[]} */
  let parts = [];
  for (const given of xs) {
    let x = given * scale;
    const kept = [];
    for (const part of parts) {
      const sum = x + part;
      const low = Math.abs(x) < Math.abs(part) ? x - (sum - part) : part - (sum - x);
      if (low) kept.push(low);
      x = sum;
    }
    parts = [...kept, x];
  }
  return rounded(parts) / scale;
}

/**
 * x * y + z, rounded once, where the product's parts (Dekker 1971) do not leave the range of floats.
 * @param {number} x
 * @param {number} y
 * @param {number} z
 */
export function fma(x, y, z) {
  const product = x * y;
  if (Number.isFinite(x) && Number.isFinite(y) && !Number.isFinite(z)) return z;
  const size = Math.max(Math.abs(x), Math.abs(y), Math.abs(product));
  if (!(size < 1e290) || Math.abs(product) < 1e-270) return product + z;
  const [xHigh, xLow] = halves(x);
  const [yHigh, yLow] = halves(y);
  const low = xLow * yLow - (product - xHigh * yHigh - xLow * yHigh - xHigh * yLow);
  return fsum(product, low, z);
}

/**
 * A number as a sum of two with half its digits each.
 * @param {number} x
 */
function halves(x) {
  const shifted = 134217729 * x;
  const high = shifted - (shifted - x);
  return [high, x - high];
}

/** @param {number[]} parts */
function rounded(parts) {
  let total = 0;
  for (let i = parts.length - 1; i >= 0; i--) {
    const before = total;
    total = before + parts[i];
    const low = parts[i] - (total - before);
    if (!low) continue;
    // The tie that was rounded to even goes the way of what lies below it.
    const further = total + 2 * low;
    const below = i ? parts[i - 1] : 0;
    return below && low < 0 === below < 0 && further - total === 2 * low ? further : total;
  }
  return total;
}
