// What the scrubber's modules hand to each other; global, checked, and shipped nowhere.

/** What viz/scrubber/scrubber.py hands over, as JSON; packed numbers are text. */
interface HandedScrub {
  title: string;
  css: string;
  page: boolean;
  stages: HandedStage[];
  /** The number of parameters. */
  size: number;
  /** The epochs of the snapshots; the first is 0. */
  epochs: number[];
  snapshots: string;
  ends: string;
  losses: string;
  validation: string;
  rates: string;
  samples: string;
  targets: string;
  count: number;
  /** The class of each sample; null where there are none. */
  kinds: number[] | null;
  classes: string[];
  /** Of one output that tells two classes apart: above what. */
  side: HandedSide | null;
  names: string[];
  /** Rows and columns of the picture whose points the inputs are. */
  image: number[] | null;
  loss: string;
  /** Of a target: the numbers that the loss is given. */
  columns: number[];
  which: string;
  batch: number;
  words: number[] | null;
  rule: HandedRule | null;
  /** Why the page cannot train again; empty where it can try. */
  whyNot: string;
}

interface HandedStage {
  inputs: number;
  outputs: number;
  bias: boolean;
  activation: string;
  op: HandedOp | null;
  rule: string | null;
}

/** A row of the op table, with its fixed numbers. */
interface HandedOp {
  name: string;
  params: number[];
}

/** Which of two classes a target and an output stand for: above these it is the second. */
interface HandedSide {
  boundary: number;
  threshold: number;
}

/** The optimizer, as the recorded run began. */
interface HandedRule {
  name: string;
  /** null of an optimizer that has none to be set. */
  momentum: number | null;
  memory: string;
  /** How many numbers it remembers of each parameter. */
  remembered: number;
  /** Steps that it had made before. */
  step: number;
}

type UpdateFunction = (
  primals: Primals,
  p: number,
  g: number,
  memory: number[],
  lr: number,
  momentum: number,
  step: number,
) => number[];

/** Generated: of the primals and numbers, to numbers. */
type PageFunction = (primals: Primals, ...numbers: number[]) => number[];

interface ScrubFunctions {
  rules: Record<string, PageFunction>;
  criteria: PageFunction[];
  update: UpdateFunction | null;
}

type ScrubLesson = HandedScrub & ScrubFunctions;

interface BendOf {
  apply(sums: Float64Array, outs: Float64Array, n: number): void;
  /** Gradients of the outputs become those of the sums, in place. */
  pull(sums: Float64Array, outs: Float64Array, deltas: Float64Array, n: number): void;
}

/** What each layer makes of a batch. */
interface Work {
  sums: Float64Array[];
  outs: Float64Array[];
  deltas: Float64Array[];
}

interface Targets {
  /** For each row the number of its loss function. */
  which: ArrayLike<number>;
  /** What that function is given of the target of a row. */
  numbers(row: number): number[];
}

type Network = ReturnType<typeof import("./network.js").makeNetwork>;
type Trainer = ReturnType<typeof import("./training.js").makeTrainer>;

/** The run, unpacked. */
interface RunData {
  snapshots: Float64Array[];
  first: Float64Array;
  samples: Float64Array;
  targets: Float64Array;
  /** Of some samples, by their numbers. */
  targetsOf(rows: ArrayLike<number>): Targets;
  losses: Float64Array;
  validation: Float64Array;
  rates: Float64Array;
  memory: Float64Array[];
}

/** A moment of a training, exactly. */
interface Moment {
  parameters: Float64Array;
  memory: Float64Array[];
  step: number;
}

interface Branch {
  /** The snapshot that it starts from. */
  from: number;
  lr: number;
  momentum: number;
  /** From the epoch after that on. */
  losses: number[];
  /** By snapshot. */
  snapshots: Float64Array[];
}

interface Plane {
  origin: Float64Array;
  directions: Float64Array[];
  /** The place of each sample. */
  points: number[][];
  left: number;
  right: number;
  bottom: number;
  top: number;
  labels: string[];
  /** Whether there is one input: the other axis is then the output. */
  isLine: boolean;
}

type Rgb = number[];

/** A neuron; of the inputs the layer is -1. */
interface Unit {
  layer: number;
  neuron: number;
}

interface Tile extends Unit {
  x: number;
  y: number;
  side: number;
  /** How many neurons of its layer are not shown. */
  more: number;
  /** Whether others stand beside it, where its numbers would be. */
  isCrowded: boolean;
}

/** What is shown. */
interface ScrubState {
  k: number;
  playing: boolean;
  big: boolean;
  /** Whether the confusion is shown in place of the map. */
  confusion: boolean;
  /** Whether the loss is drawn by powers of ten. */
  log: boolean;
  sample: number | null;
  /** A neuron that is held, and one that is pointed at. */
  pinned: Unit | null;
  hovered: Unit | null;
  /** Inputs at the pointer. */
  probe: Float64Array | null;
  branch: Branch | null;
}

/** One row's numbers in every neuron. */
interface RowNumbers {
  inputs: ArrayLike<number>;
  sums: number[][];
  outs: number[][];
  /** By the sums: what a little more of each would do to the loss; null where there is no target. */
  deltas: number[][] | null;
  loss: number | null;
}

/** What the parameters of a moment make of everything. */
interface Seen {
  parameters: Float64Array;
  /** Of the grid: outputs of each layer. */
  grid: { side: number; outs: Float64Array[] };
  /** What each sample is taken for; null where there are no classes. */
  taken: number[] | null;
  loss: number | null;
  /** How many of them are right. */
  right: number | null;
  /** How many samples were asked for these: while the slider moves not all. */
  asked: number;
  /** The mean size of a gradient in each layer. */
  sizes: number[] | null;
  row: RowNumbers | null;
}

interface ScrubActs {
  go(k: number): void;
  forward(): void;
  back(): void;
  first(): void;
  last(): void;
  togglePlay(): void;
  toggleBig(): void;
  toggleConfusion(): void;
  toggleLog(): void;
  toggleBranch(): void;
  pick(sample: number | null): void;
  nextSample(by: number): void;
  pin(place: Unit | null): void;
  hover(place: Unit | null): void;
  probe(inputs: Float64Array | null): void;
  walk(way: "in" | "out" | "up" | "down"): void;
  fullScreen(): void;
  release(): void;
  help(): void;
}

interface Paints {
  /** Colours of the sheet, by role. */
  of: Record<string, string>;
  /** Pixels from -1 to 1. */
  numbers: Uint32Array;
  /** Of each class: pixels from 0 to 1. */
  kinds: Uint32Array[];
}
