import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';

export interface Program {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  /** Its next line of output. */
  nextLine(): Promise<string>;
  send(line: string): void;
  /** Kills it without warning and waits until it is gone. */
  kill(): Promise<void>;
}

/** What `nextLine` says after a program's last line. */
export const programHasEnded = 'the program has ended';

/** Starts one of the programs beside this file, or at an absolute path, in a process of its own; it ends with the test at the latest. */
export function startProgram(name: string, ...args: string[]): Program {
  const file = new URL(name, import.meta.url).pathname;
  const flags = ['--conditions=@varve/source', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...flags, file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hasEnded = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return {
    process: child,
    nextLine: async () => (await lines.next()).value ?? programHasEnded,
    send: (line) => child.stdin.write(`${line}\n`),
    kill: () => {
      child.kill('SIGKILL');
      return hasEnded;
    },
  };
}
