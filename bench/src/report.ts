import type { Figure } from './compare.ts';

export function printTitle(title: string): void {
  console.log(`\n${title}`);
}

/** Prints the figures of one comparison, a line each. */
export function printFigures(figures: readonly Figure[]): void {
  const width = Math.max(...figures.map((figure) => figure.name.length));
  for (const { name, medianMs, ratio } of figures) {
    console.log(
      `  ${name.padEnd(width)}  ${formatMs(medianMs).padStart(10)}  ${ratio.toFixed(2).padStart(8)}×`,
    );
  }
}

function formatMs(ms: number): string {
  return ms < 1 ? `${(ms * 1000).toFixed(0)} µs` : `${ms.toFixed(ms < 100 ? 2 : 0)} ms`;
}
