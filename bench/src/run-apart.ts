import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { commandFlags } from './command-flags.ts';
import { watchMemory } from './peak-memory.ts';

/** What a program answered, and the most memory that it and its workers took, in bytes; 0 where the system does not tell. */
export type AnswerApart<TAnswer> = TAnswer & { readonly peakBytes: number };

/** Runs a program of this folder, which answers as JSON, in a process that starts as the command does. */
export async function runApart<TAnswer>(
  program: string,
  args: readonly string[],
): Promise<AnswerApart<TAnswer>> {
  const script = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [...commandFlags, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endWatch = watchMemory(child.pid ?? 0);
  const answer = JSON.parse(await text(child.stdout)) as TAnswer;
  return { ...answer, peakBytes: endWatch() };
}
