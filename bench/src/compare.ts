export interface Contestant {
  readonly name: string;
  readonly run: () => unknown;
}

export interface Figure {
  readonly name: string;
  /** Median time of one run, in milliseconds. */
  readonly medianMs: number;
  /** Median of the ratios to the first contestant, taken round by round. */
  readonly ratio: number;
}

export interface CompareOptions {
  readonly rounds?: number;
  readonly warmup?: number;
  /** Called before each contestant, and not timed. */
  readonly prepare?: () => void;
}

/**
 * Times contestants in turn, round by round, so that a machine whose speed drifts slows all of them alike. The first is
 * the yardstick: each ratio is to its time in the same round.
 */
export async function compare(
  contestants: readonly Contestant[],
  options: CompareOptions = {},
): Promise<Figure[]> {
  const { rounds = 200, warmup = 20, prepare } = options;
  for (let round = 0; round < warmup; round++) await timeRound(contestants, prepare);
  const times: number[][] = [];
  for (let round = 0; round < rounds; round++) times.push(await timeRound(contestants, prepare));
  return contestants.map(({ name }, at) => ({
    name,
    medianMs: median(times.map((round) => round[at] as number)),
    ratio: median(times.map((round) => (round[at] as number) / (round[0] as number))),
  }));
}

async function timeRound(
  contestants: readonly Contestant[],
  prepare: CompareOptions['prepare'],
): Promise<number[]> {
  const times: number[] = [];
  for (const { run } of contestants) {
    prepare?.();
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return times;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
