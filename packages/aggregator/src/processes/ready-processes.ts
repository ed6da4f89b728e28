import type { ChildProcess } from 'node:child_process';
import { type ProcessKind, startProcess } from './start-process.ts';

const ready = new Map<string, ChildProcess[]>();

function keyOf({ script, nodeFlags }: ProcessKind): string {
  return JSON.stringify([script.href, nodeFlags]);
}

/**
 * Starts processes that load while this one does, before it knows what they are for. Those that nobody takes keep it from
 * nothing, and end with it: a worker stops at once without its parent.
 */
export function readyProcesses(kind: ProcessKind, count: number): void {
  const key = keyOf(kind);
  for (let at = 0; at < count; at++) {
    const started = startProcess(kind);
    // One that cannot be started is not taken.
    started.on('error', () => {});
    // Bun has none that can be let go of.
    if (!started.channel?.unref) {
      started.kill('SIGKILL');
      return;
    }
    started.unref();
    started.channel.unref();
    ready.set(key, [...(ready.get(key) ?? []), started]);
  }
}

/** One that was made ready, or a new one. */
export function takeProcess(kind: ProcessKind): ChildProcess {
  const waiting = ready.get(keyOf(kind)) ?? [];
  for (let found = waiting.shift(); found; found = waiting.shift()) {
    if (!isAlive(found)) continue;
    found.ref();
    found.channel?.ref();
    return found;
  }
  return startProcess(kind);
}

/** At most so many of them are still wanted: the others end now, not with this process. */
export function keepReady(kind: ProcessKind, count: number): void {
  for (const surplus of ready.get(keyOf(kind))?.splice(count) ?? []) surplus.kill('SIGKILL');
}

function isAlive({ pid, connected, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && connected && exitCode === null && signalCode === null;
}
