import { AsyncLocalStorage } from 'node:async_hooks';
import { onTestFinished } from 'vitest';
import { durableFs } from '../file/durable-fs.ts';

export type FailureMode = 'once' | 'from then on';

/** The names of all operations that were let fail so far. */
export const failedOperations = new Set<string>();

/** Test files share a process: what another one's sessions still do is not among the operations that are counted. */
const counted = new AsyncLocalStorage<object | undefined>();

/**
 * Lets the n-th file operation of the caller, and of what it sets off, fail with an error of the operating system, or it
 * and all after it. `hasFailed` tells whether there was an n-th at all; `restore` ends it.
 */
export function failNthOperation(n: number, code: string, mode: FailureMode) {
  const originals = { ...durableFs };
  let count = 0;
  let hasFailed = false;
  const own = {};
  counted.enterWith(own);
  const fail = (operation: string): void => {
    if (counted.getStore() !== own) return;
    count++;
    const isDue = mode === 'once' ? count === n : count >= n;
    if (!isDue) return;
    hasFailed = true;
    failedOperations.add(operation);
    throw Object.assign(new Error(`${code}: injected, ${operation}`), { code, syscall: operation });
  };
  for (const [name, original] of Object.entries(originals)) {
    const failing = (...args: unknown[]): unknown => {
      fail(name);
      return (original as (...args: unknown[]) => unknown)(...args);
    };
    Object.assign(durableFs, { [name]: failing });
  }
  const restore = (): void => {
    counted.enterWith(undefined);
    Object.assign(durableFs, originals);
  };
  onTestFinished(restore);
  return { hasFailed: () => hasFailed, restore };
}
