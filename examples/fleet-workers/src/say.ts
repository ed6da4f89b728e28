import type { ArchiveTask } from '@varve/aggregator';

/** A line of JSON on the output. */
export function say(state: string, { archive }: ArchiveTask): void {
  process.stdout.write(`${JSON.stringify({ state, archive })}\n`);
}
