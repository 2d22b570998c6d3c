// What the page's modules hand to each other. The types stand here alone and are global to the modules; they
// are checked (`npm run check` in tests/js) and ship nowhere.

// ---------------------------------------------------------------- what Python hands over
//
// `Handed` is what viz/player/lesson.py makes, as JSON. A test compares lessons with it field by field
// (tests/viz/test_player_lesson.py). JSON has neither nan nor infinity: such a number comes as text, and
// `revived` (steps.js) makes it one again.

type Level = "op" | "neuron" | "layer";
type Phase = "forward" | "backward" | "update";
type EventKind = "compute" | "loss" | "zero" | "seed" | "contribute" | "accumulate" | "update";

interface Handed {
  title: string;
  /** The levels of detail to choose from, from the finest. */
  levels: Level[];
  start: Level;
  /** On which drawing each level is shown: its own, or a coarser one where that would be too large. */
  views: Partial<Record<Level, Level>>;
  /** In topological order; the root is the last. */
  nodes: LessonNode[];
  /** By the key of an op (`mul`, `power(3.0)`, `logsumexp/4`). */
  ops: Record<string, LessonOp>;
  /** For each folded level what it draws as one. */
  boxes: Partial<Record<Level, LessonBox[]>>;
  /** For each folded drawing: id of an edge to the operands (`user-operand`) that it stands for. */
  links: Partial<Record<Level, Record<string, string[]>>>;
  /** For each node the number of the neuron that it is in; -1 if it stands alone. */
  inNeuron: number[];
  inLayer: number[];
  /** The code that made the nodes. */
  listings: Listing[];
  notes: Note[];
  /** Which part of a run each kind of event belongs to, in the order of a run. */
  phases: Record<EventKind, Phase>;
  /** What the optimizer does; null without one. */
  update: LessonUpdate | null;
  /** The gradients that leaves hold from an earlier pass. */
  held: HeldGradient[];
  /** The faults that a backward pass can be given here, and the one that it is given at the start; "" for none. */
  bugs: LessonBug[];
  bug: string;
  /** Whether the right pass stands beside it at the start. */
  compare: boolean;
  /** The drawings (SVG) and the formulas of the op table (MathML). */
  markup: string;
  css: string;
  /** What another engine's backward wrote; null for chalkgrad's own graphs. */
  theirs: Theirs | null;
  /** Whether it starts by asking for each number. */
  quiz: boolean;
  /** Whether the player is the whole page, or stands in a notebook. */
  page: boolean;
}

interface LessonNode {
  /** Its label or the neuron whose output it is, made unique; else `v` and its id, or a constant's number. */
  name: string;
  /** What it computes, where it has no name of its own and this is short: `x1·w1`. */
  expression?: string;
  /** Ids, in operand order. */
  parents: number[];
  data: number;
  /** The key of its op; null for a leaf. */
  op: string | null;
  /** Its local derivatives, one for each operand. */
  locals: number[];
  /** Of a leaf: input, parameter or constant. */
  kind?: string;
  label?: string;
  constant?: true;
  source?: SourceLine;
}

interface SourceLine {
  /** The number of a listing. */
  listing: number;
  line: number;
}

/** Lines of the learner's own code. */
interface Listing {
  /** The number of the first. */
  first: number;
  lines: string[];
}

/** What a teacher says at an event of the run, or about a node. */
interface Note {
  event?: number;
  node?: number;
  text: string;
}

interface LessonOp {
  /** Names its formulas in the markup: `o3-f` is the op itself, `o3-0` the rule of its first operand. */
  id: string;
  name: string;
  /** Its fixed numbers, such as the exponent of a power. */
  params: number[];
  /** Whether it takes one operand and sends no gradient to the others. */
  selects: boolean;
  arity: number;
  /** As a sentence calls it: `the product`. */
  words: string;
  symbol: string;
}

interface LessonBox {
  /** The id that its group has in the drawing. */
  id: string;
  /** `neuron7` or `layer0`; empty if it is a single node. */
  key: string;
  name: string;
  nodes: number[];
  outputs: number[];
  /** Of a neuron: the drawing of its inside. */
  shape?: string;
  /** Of a neuron: for each node of that drawing the node of the graph. */
  members?: number[];
}

interface LessonUpdate {
  rate: number;
  /** What a sentence calls the optimizer: `SGD with momentum`. */
  optimizer: string;
  /** Whether it is plain gradient descent. */
  plain: boolean;
  /** For each rule the names that it makes, the last of them `p`; the markup has their formulas (`update 0-mean`). */
  lines: Record<string, string[]>;
  rows: UpdatedParameter[];
}

interface UpdatedParameter {
  node: number;
  after: number;
  /** The gradient that it held and that is cleared; null for none. */
  cleared: number | null;
  /** The key among the rules of its update, which gives what is remembered and then what it becomes; none where only
   * Python can tell. */
  rule?: string;
  /** What the optimizer remembers of it, by name, in the order in which the rule takes it. */
  memory?: Record<string, number>;
}

interface LessonBug {
  name: string;
  title: string;
  /** The line of code that is wrong. */
  line: string;
  about: string;
}

interface Theirs {
  /** For each node what was written, and what is right; null for nothing, and for what cannot be known. */
  wrote: (number | null)[];
  should: (number | null)[];
  /** The nodes where the two differ, and the first, going back from the root. */
  differing: number[];
  first: number | null;
  words: string;
}

interface HeldGradient {
  node: number;
  grad: number;
}

// ---------------------------------------------------------------- the engine

type Primals = Record<string, (...operands: number[]) => number>;
/** For the key of each op its local derivatives, from the primals, the result and the operands; after `~` a wrong rule. */
type Rules = Record<string, (primals: Primals, out: number, ...operands: number[]) => number[]>;
/** The leaves that were changed: id to number. */
type Edits = Map<number, number>;

/** The lesson as the page uses it. Without rules (an op that only Python can compute) nothing can be edited. */
interface Lesson extends Handed {
  rules: Rules | null;
}

/** What the engine reads of a node and of an op. */
type EngineNode = Pick<LessonNode, "op" | "parents" | "data" | "constant">;
type EngineOps = Record<string, Pick<LessonOp, "name" | "params" | "selects">>;

// ---------------------------------------------------------------- a run

type ComputeEvent = { kind: "compute"; node: number; value: number };
type LossEvent = { kind: "loss"; node: number; value: number };
type ZeroEvent = { kind: "zero"; nodes: number[] };
type SeedEvent = { kind: "seed"; node: number; value: number };
/** With a bug: what `after` should be by then, and whether it is wrong. */
type Judged = { should?: number; wrong?: boolean };
type ContributeEvent = Judged & {
  kind: "contribute";
  node: number;
  parent: number;
  operand: number;
  upstream: number;
  local: number;
  contribution: number;
  before: number | null;
  after: number;
};
type AccumulateEvent = Judged & {
  kind: "accumulate";
  node: number;
  before: number;
  contribution: number;
  after: number;
};
type UpdateEvent = { kind: "update"; node: number; grad: number; before: number; after: number };
/** Those of engine/tracing. */
type RunEvent = ComputeEvent | LossEvent | ZeroEvent | SeedEvent | ContributeEvent | AccumulateEvent | UpdateEvent;

interface Run {
  data: number[];
  locals: number[][];
  /** Null where nothing arrived. */
  gradient: (number | null)[];
  /** The same without a fault, and without what was held from before. */
  right: (number | null)[];
  events: RunEvent[];
  /** Whether there would be updates, after an edit, that only Python can tell. */
  untold: boolean;
}

interface Step {
  phase: Phase;
  /** The key of the folded box in which all of it happens; null if it is a single event. */
  box: string | null;
  events: RunEvent[];
  /** The place in the run at which it stands. */
  order: number;
}

/** All that is known after some steps. */
interface Picture {
  known: boolean[];
  data: number[];
  gradient: (number | null)[];
  /** The shares that each node has received so far, and how many it will have received in the end. */
  received: ContributeEvent[][];
  total: number[];
  /** Whether an update has moved a parameter: the gradients are those of before. */
  moved: boolean;
  /** What an update has left behind: data computed from a parameter as it was before. */
  stale: boolean[];
  /** The step just taken; null at the start. */
  step: Step | null;
  run: Run;
}

// ---------------------------------------------------------------- the hand

/** A place on the curve of the root over a leaf; with the slope there, one that the tangent touches. */
interface Point {
  x: number;
  y: number;
}

interface Tangent extends Point {
  slope: number;
}

// ---------------------------------------------------------------- predict

/** A slip that learners make: the number it gives, what it is, and the event to look at again. */
type Slip = [number: number, words: string, look?: RunEvent];

interface Question {
  ask: string;
  /** The event that makes the number asked for. */
  event: RunEvent;
  answer: number;
  /** The gradient that is there already; null for none, or where a value is asked for. */
  before: number | null;
  /** The likeliest first. */
  slips: Slip[];
  /** The event that made what goes in. */
  look?: RunEvent;
}

interface Judgement {
  right: boolean;
  words: string;
  look: RunEvent | null;
}

/** What is said of an answer, and the step to look at again. Neither right nor wrong: no number, or shown. */
interface Verdict {
  right: boolean | null;
  words: string;
  look: number | null;
}

interface Answer {
  /** The step that makes the number asked for. */
  step: number;
  asked: string;
  /** All that was typed, in order. */
  given: string[];
  right: boolean;
  /** Whether the reader had the answer shown. */
  shown: boolean;
}

/** An answer as Python reads it. */
interface Result {
  step: number;
  asked: string;
  given: string[];
  right: boolean;
  tries: number;
}

// ---------------------------------------------------------------- the page

/** What the reader chose. Everything shown is worked out from it and the lesson. */
interface State {
  k: number;
  level: Level;
  /** Keys of the folded boxes that were opened. */
  opened: Set<string>;
  pinned: number | null;
  edits: Edits;
  quiz: boolean;
  verdict: Verdict | null;
  /** By the key of each question. */
  answers: Map<string, Answer>;
  /** The furthest step while predicting: before it nothing is asked. */
  front: number;
  playing: boolean;
  big: boolean;
  /** The speaker's: the screen is blank, the pointer is a light, the notes are in sight. */
  blank: boolean;
  laser: boolean;
  noted: boolean;
  /** The fault of the backward pass; "check" for none, its gradients checked all the same; "" for neither. */
  bug: string;
  compare: boolean;
  /** Whether wrong gradients are marked, or the class is to find them. */
  marks: boolean;
  /** The exponent of the step of the finite differences: 10 to the minus this. */
  fineness: number;
}

/** What the address of a page says. */
type Place = Pick<State, "k" | "level" | "opened" | "pinned" | "edits">;

/** Who is told what has become of the state: it changed, the step is another, the edits are. */
interface Listeners {
  changed(): void;
  moved(tell: boolean): void;
  pinned(): void;
  edited(tell: boolean): void;
  answered(result: Result): void;
}

/** What the reader can do. */
interface Acts {
  go(k: number): void;
  forward(): void;
  back(): void;
  first(): void;
  last(): void;
  play(on: boolean): void;
  togglePlay(): void;
  toPhase(phase: Phase): void;
  setLevel(level: Level): void;
  nextLevel(): void;
  toggleQuiz(): void;
  answer(text: string): void;
  tell(): void;
  startOver(): void;
  toggleBig(): void;
  pin(node: number | null): void;
  release(): void;
  open(box: string): void;
  edit(node: number, number: number): void;
  /** Change the pinned leaf by a step of its slider. */
  nudge(steps: number): void;
  undoEdits(): void;
  /** Play to the end of the phase. */
  playPhase(): void;
  toggle(what: "blank" | "laser" | "noted"): void;
  fullScreen(): void;
  /** To the node that lies in a direction from the one that is shown. */
  walk(way: "in" | "out" | "up" | "down"): void;
  setBug(bug: string): void;
  toFirstWrong(): void;
  /** Nearer or farther; the whole picture; one node. */
  zoom(times: number): void;
  whole(): void;
  look(node: number): void;
  help(): void;
  /** Open the run as text, or close it. */
  text(): void;
  refresh(): void;
}

/** Who hears what the reader does. */
interface Hooks {
  step?: (k: number) => void;
  edit?: (edits: Record<string, number>) => void;
  answer?: (result: Result) => void;
}

/** What a program can do with a player that is mounted. */
interface Mounted {
  readonly k: number;
  go(k: number): void;
  edit(edits: Iterable<[number, number]>): void;
}

/** For each node whose gradient is wrong, what is said of it. */
type Wrongs = Map<number, string>;

/** How a number is written. */
type Write = (x: number) => string;

/** What is lit in the picture at one step. */
interface Scene {
  picture: Picture;
  phase: Phase | "";
  /** The nodes that it is about. */
  now: Set<number>;
  /** Of those, the nodes that receive a share of gradient. */
  receivers: Set<number>;
  /** The nodes whose values it uses, and the operands (`user-operand`) along which something flows. */
  given: Set<number>;
  flowing: Set<string>;
  /** The number that is asked for, and so not shown. */
  asked: { node: number; number: "data" | "grad" } | null;
  /** What stands on the edge along which a share is passed back. */
  said: string;
  /** How a number is written on a card. */
  write: Write;
}

/** One thing in a drawing: a card, a box or an edge, with the texts in it that change. */
interface Mark {
  group: SVGElement;
  /** The class that Graphviz and `drawings.py` gave it. */
  base: string;
  data: SVGElement | null;
  grad: SVGElement | null;
  label: SVGElement | null;
  index: SVGElement | null;
}

interface Point {
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
}

interface Rect extends Point, Size {}

/** Where it looks, in units of the drawing, and how many pixels a unit is. */
interface Camera extends Point {
  scale: number;
}

/** The place of a drawing (stage.js). */
interface Stage {
  place: HTMLElement;
  /** Show a view with what is in play in sight, the last box the most; `floor` is the least size, in pixels a unit. */
  show(view: View, inPlay: Rect[], floor: number, step: Step | null): void;
  zoom(times: number): void;
  whole(): void;
  look(box: Rect): void;
}

interface View {
  name: string;
  svg: SVGSVGElement;
  boxes: Map<string, Mark>;
  edges: Map<string, Mark>;
  /** Its extent, in its own units. */
  drawing: Rect;
  /** All that is drawn, which the camera moves; over it what flows: signs, and dots that travel. */
  camera: SVGElement;
  signs: SVGElement;
  dots: SVGElement;
  /** The extent of a card; undefined for none. */
  boxOf: (id: string) => Rect | undefined;
  /** In the drawing of a neuron's inside, for each of its nodes the node of the graph; else null. */
  members: number[] | null;
}

/** What is drawn as one in a view: a node, or a folded box. */
type Drawn = Pick<LessonBox, "id" | "nodes" | "outputs">;

interface LedgerTable {
  caption: string;
  heads: string[];
  rows: string[][];
  kind: "" | "values";
}
