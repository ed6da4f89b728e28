import { parentPort, workerData } from 'node:worker_threads';
import '../quick-imports.ts';
import type { ErrorCode } from '@varve/schema';
import type { OpenSessionOptions } from './open-session.ts';

const { VarveError } = await import('@varve/schema');
const { openSession } = await import('./open-session.ts');

/** What the worker says when it is done; an error as plain data, since a class does not cross threads. */
export interface UpgradeAnswer {
  readonly error?: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly path: string;
    readonly hint: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

const { path, options } = workerData as {
  path: string;
  options: OpenSessionOptions<Record<string, unknown>>;
};
parentPort?.postMessage(bringToHead());

function bringToHead(): UpgradeAnswer {
  try {
    openSession(path, options).close();
    return {};
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    const { code, message, hint, details } = error;
    return { error: { code, message, path: error.path ?? path, hint, details } };
  }
}
