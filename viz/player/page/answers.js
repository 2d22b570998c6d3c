// Predict: what was answered, and the score that follows from it.
//
// There is one answer a question, however often one comes back to it; once it is right or was shown, it stays.

/** @type {("first" | "second")[]} */
const TRIES = ["first", "second"];

/** @param {Answer | undefined} answer */
export const isDone = (answer) => answer !== undefined && (answer.right || answer.shown);

/**
 * What is known of a question after one more thing happened: a number was typed, or the answer shown.
 * @param {Answer | undefined} answer
 * @param {{ step: number, asked: string }} question
 * @param {{ given?: string, right?: boolean, shown?: boolean }} event
 * @returns {Answer}
 */
export function added(answer, { step, asked }, { given, right = false, shown = false }) {
  if (answer && isDone(answer)) return answer;
  const earlier = answer?.given ?? [];
  return { step, asked, given: given === undefined ? earlier : [...earlier, given], right, shown };
}

/**
 * How many were asked, and how they went.
 * @param {Iterable<Answer>} answers
 */
export function scoreOf(answers) {
  const score = { asked: 0, first: 0, second: 0, later: 0, shown: 0 };
  for (const { given, right, shown } of answers) {
    score.asked++;
    if (shown) score.shown++;
    else if (right) score[TRIES[given.length - 1] ?? "later"]++;
  }
  return score;
}

/** @param {Iterable<Answer>} answers */
export function scoreLine(answers) {
  const { asked, first, second, later, shown } = scoreOf(answers);
  if (asked === 0) return "";
  const parts = [`${first} right at the first try`, `${second} at the second`];
  if (later) parts.push(`${later} later`);
  if (shown) parts.push(`${shown} shown`);
  return `${asked} asked: ${parts.join(", ")}`;
}

/**
 * An answer as a program reads it.
 * @param {Answer} answer
 * @returns {Result}
 */
export const resultOf = ({ step, asked, given, right }) => ({ step, asked, given, right, tries: given.length });
