import { type CompareOptions, type Contestant, compare, type Figure } from './compare.ts';
import { printFigures } from './report.ts';

/** Of a run. What a session costs beside its steps is told apart by a run of few. */
const steps = 20;
const fewSteps = 2;

/** A service runs for days: the engine has compiled what is timed, and its caches are filled. */
const warmup = 40;

/** `isTold` is the one that the framework tells of everything, and that does nothing with it. */
export interface StepContestant extends Contestant {
  readonly isTold?: boolean;
}

const rows: string[] = [];
const inMs = (ms: number) => `${ms.toFixed(2)} ms`;

/**
 * The comparison of runs of twenty steps, each with a session of its own, and what each contestant costs a step beyond the
 * first, which records nothing: the last is ours. Of ours, too, what each further step costs and what the session does, by
 * runs of two steps: a run of n steps costs the session and n steps.
 */
export async function comparePerStep(
  what: string,
  contestants: (steps: number) => readonly StepContestant[],
  options: Omit<CompareOptions, 'warmup'>,
): Promise<void> {
  const contestantsOfLong = contestants(steps);
  const long = await compare(contestantsOfLong, { ...options, warmup });
  const short = await compare(contestants(fewSteps), { ...options, warmup });
  printFigures(long);
  for (const figure of long.slice(1))
    console.log(
      `  ${figure.name}: ${inMs(beyond(figure, long) / steps)} a step, its share of the session with it`,
    );
  const adds = ofLast(long) / steps;
  const step = (ofLast(long) - ofLast(short)) / (steps - fewSteps);
  const session = ofLast(short) - fewSteps * step;
  console.log(`  of the last: ${inMs(step)} for each step, and ${inMs(session)} for the session`);
  const told = contestantsOfLong.findIndex(({ isTold }) => isTold);
  const beyondTold = told < 0 ? undefined : beyond(long.at(-1), [long[told] as Figure]) / steps;
  const [bare, kept, ours] = long.filter((_, at) => at !== told).map(({ medianMs }) => medianMs / steps);
  const cells = [bare, kept, ours, adds, beyondTold, step, session];
  rows.push(`| ${[what, ...cells.map((ms) => (ms === undefined ? 'none' : inMs(ms)))].join(' | ')} |`);
}

function ofLast(figures: readonly Figure[]): number {
  return beyond(figures.at(-1), figures);
}

function beyond(figure: Figure | undefined, [bare]: readonly Figure[]): number {
  return (figure?.medianMs ?? 0) - (bare?.medianMs ?? 0);
}

/** The table of docs/adapters.md. */
export function printTable(): void {
  const titles = [
    'nothing kept',
    'kept in memory',
    'kept by varve',
    'what that adds',
    'beyond being told',
    'each step',
    'each session',
  ];
  console.log(`\n| a step, of ${steps} | ${titles.join(' | ')} |`);
  console.log(`| --- ${'| --- '.repeat(titles.length)}|`);
  for (const row of rows) console.log(row);
}
