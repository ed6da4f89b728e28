import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { commandFlags } from './command-flags.ts';
import { watchMemory } from './peak-memory.ts';

export interface UpgradingApart {
  readonly upgraded: number;
  readonly durationMs: number;
  /** Of the process and its workers. */
  readonly peakBytes: number;
}

/** Brings a folder to head in a process that starts as the command does. */
export async function upgradeApart(fleet: string, verify: 'counts' | 'full'): Promise<UpgradingApart> {
  const script = fileURLToPath(new URL('./upgrade-program.ts', import.meta.url));
  const args = [...commandFlags, script, fleet, verify];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const endWatch = watchMemory(child.pid ?? 0);
  const outcome = JSON.parse(await text(child.stdout)) as Omit<UpgradingApart, 'peakBytes'>;
  return { ...outcome, peakBytes: endWatch() };
}
