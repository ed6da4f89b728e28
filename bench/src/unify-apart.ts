import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandFlags } from './command-flags.ts';

export interface UnifyingApart {
  readonly durationMs: number;
  /** Resident memory in bytes, before the first archive and at most. */
  readonly before: number;
  readonly most: number;
}

/** Unifies a folder into a new file, in a process of its own, which starts as the command does. */
export function unifyApart(file: string, archives: string): UnifyingApart {
  rmSync(file, { force: true });
  // Or it would wait for the disk to take the archives.
  spawnSync('sync');
  const program = fileURLToPath(new URL('./unify-program.ts', import.meta.url));
  const args = [...commandFlags, program, file, archives];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as UnifyingApart;
}

export function printMemory({ before, most }: UnifyingApart): void {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  console.log(`  most memory while unifying: ${megabytes(most)}, of which ${megabytes(before)} before it`);
}
