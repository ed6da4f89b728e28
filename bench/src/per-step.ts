import type { Figure } from './compare.ts';
import { printFigures } from './report.ts';

/** The comparison, and what each contestant costs a step beyond the first, which records nothing. */
export function printPerStep(figures: readonly Figure[], steps: number): void {
  printFigures(figures);
  const [bare, ...others] = figures;
  for (const { name, medianMs } of others)
    console.log(`  ${name}: ${((medianMs - (bare?.medianMs ?? 0)) / steps).toFixed(2)} ms a step`);
}
