import { type CompareOptions, type Contestant, compare, type Figure } from './compare.ts';
import { printFigures } from './report.ts';

/** Of a run. What a session costs beside its steps is told apart by a run of few. */
const steps = 20;
const fewSteps = 2;

const rows: string[] = [];
const inMs = (ms: number) => `${ms.toFixed(2)} ms`;

/**
 * The comparison of runs of twenty steps, each with a session of its own, and what each contestant costs a step beyond the
 * first, which records nothing: the last is ours. Of ours, too, what each further step costs and what the session does, by
 * runs of two steps: a run of n steps costs the session and n steps.
 */
export async function comparePerStep(
  what: string,
  contestants: (steps: number) => readonly Contestant[],
  options: CompareOptions,
): Promise<void> {
  const long = await compare(contestants(steps), options);
  const short = await compare(contestants(fewSteps), options);
  printFigures(long);
  for (const figure of long.slice(1))
    console.log(
      `  ${figure.name}: ${inMs(beyond(figure, long) / steps)} a step, its share of the session with it`,
    );
  const adds = ofLast(long) / steps;
  const step = (ofLast(long) - ofLast(short)) / (steps - fewSteps);
  const session = ofLast(short) - fewSteps * step;
  console.log(`  of the last: ${inMs(step)} for each step, and ${inMs(session)} for the session`);
  const cells = [...long.map(({ medianMs }) => medianMs / steps), adds, step, session].map(inMs);
  rows.push(`| ${[what, ...cells].join(' | ')} |`);
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
    'each step',
    'each session',
  ];
  console.log(`\n| a step, of ${steps} | ${titles.join(' | ')} |`);
  console.log(`| --- ${'| --- '.repeat(titles.length)}|`);
  for (const row of rows) console.log(row);
}
