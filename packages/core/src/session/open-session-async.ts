import { Worker } from 'node:worker_threads';
import type { TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema/errors';
import { type OpenSessionOptions, openSession } from './open-session.ts';
import type { UpgradeAnswer } from './open-session-worker.ts';
import type { Session } from './session.ts';

const script = new URL(
  import.meta.url.endsWith('.ts') ? './open-session-worker.ts' : './open-session-worker.js',
  import.meta.url,
);

/**
 * `openSession` for a service that must go on answering: a session of an older version, of whatever size, is brought to
 * head on a worker thread, then opened here. A lineage with SQL functions cannot be passed to a thread: then it blocks
 * as `openSession` does.
 *
 * @throws as `openSession`
 *
 * @example
 * ```ts
 * import { createSession, openSessionAsync } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * session.close();
 *
 * using again = await openSessionAsync(session.path, { lineage });
 * console.log(again.sqlite.open); // true
 * ```
 */
export async function openSessionAsync<TTables extends TableModule>(
  path: string,
  options: OpenSessionOptions<TTables>,
): Promise<Session<TTables>> {
  if (Object.keys(options.lineage.functions).length === 0) await bringToHeadAside(path, options);
  return openSession(path, options);
}

async function bringToHeadAside(path: string, options: OpenSessionOptions<TableModule>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<UpgradeAnswer>();
  const { lineage, busyTimeoutMs } = options;
  const plain = {
    lineage: { ...lineage, tables: {} },
    ...(busyTimeoutMs !== undefined && { busyTimeoutMs }),
  };
  const worker = new Worker(script, { workerData: { path, options: plain } });
  worker.once('message', resolve).once('error', reject);
  worker.once('exit', (code) => reject(new Error(`the worker exited with code ${code}`)));
  const { error } = await promise;
  if (error) throw new VarveError(error.code, error.message, error);
}
