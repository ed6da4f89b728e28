import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { commandFlags } from './command-flags.ts';
import { watchMemory } from './peak-memory.ts';

export interface UnifyingApart {
  readonly durationMs: number;
  /** Of the process and its workers; 0 where the system does not tell. */
  readonly peakBytes: number;
}

/** Unifies a folder into a new file, in a process that starts as the command does. */
export async function unifyApart(file: string, archives: string): Promise<UnifyingApart> {
  rmSync(file, { force: true });
  // Or it would wait for the disk to take the archives.
  spawnSync('sync');
  const program = fileURLToPath(new URL('./unify-program.ts', import.meta.url));
  const args = [...commandFlags, program, file, archives];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const endWatch = watchMemory(child.pid ?? 0);
  const outcome = JSON.parse(await text(child.stdout)) as Omit<UnifyingApart, 'peakBytes'>;
  return { ...outcome, peakBytes: endWatch() };
}

export function printMemory({ peakBytes }: UnifyingApart): void {
  console.log(`  most memory while unifying, of all processes: ${(peakBytes / 1e6).toFixed(0)} MB`);
}
