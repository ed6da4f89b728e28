import type { Figure } from './compare.ts';
import { printFigures } from './report.ts';

const rows: string[] = [];
const inMs = (ms: number) => `${ms.toFixed(2)} ms`;

/** The comparison, and what each contestant costs a step beyond the first, which records nothing: the last is ours. */
export function printPerStep(figures: readonly Figure[], steps: number, what: string): void {
  printFigures(figures);
  const [bare, ...others] = figures;
  const beyond = ({ medianMs }: Figure) => (medianMs - (bare?.medianMs ?? 0)) / steps;
  for (const figure of others) console.log(`  ${figure.name}: ${beyond(figure).toFixed(2)} ms a step`);
  const [ours] = figures.slice(-1);
  const cells = [...figures.map(({ medianMs }) => inMs(medianMs / steps)), ours ? inMs(beyond(ours)) : ''];
  rows.push(`| ${[what, ...cells].join(' | ')} |`);
}

/** The table of docs/adapters.md. */
export function printTable(): void {
  console.log('\n| a step | nothing kept | kept in memory | kept by varve | what that adds |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const row of rows) console.log(row);
}
