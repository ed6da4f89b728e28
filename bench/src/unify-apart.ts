import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { type AnswerApart, runApart } from './run-apart.ts';

export type UnifyingApart = AnswerApart<{ readonly durationMs: number }>;

/** Unifies a folder into a new file, in a process of its own. */
export async function unifyApart(file: string, archives: string): Promise<UnifyingApart> {
  rmSync(file, { force: true });
  // Or it would wait for the disk to take the archives.
  spawnSync('sync');
  return runApart('./unify-program.ts', [file, archives]);
}

export function printMemory({ peakBytes }: UnifyingApart): void {
  console.log(`  most memory while unifying, of all processes: ${(peakBytes / 1e6).toFixed(0)} MB`);
}
