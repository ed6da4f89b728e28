import { isStoreUrl } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { type UpgradedFile, upgradeArchives } from '../upgrade/index.ts';
import { type ArchiveLoad, loadArchives } from '../warehouse/index.ts';
import type { Problem } from '../work/index.ts';

/** What is to be done with one archive: plain data, as a queue keeps it. */
export type ArchiveTask = { readonly archive: string } & (
  | { readonly kind: 'upgrade'; readonly backup?: string; readonly acceptLoss?: boolean }
  | { readonly kind: 'load'; readonly to: string }
);

/** How it went: `current` where there was nothing to do, as when the task was done before. */
export interface ArchiveTaskResult {
  readonly archive: string;
  readonly state: 'done' | 'current';
}

/**
 * Does one task of a queue. It knows nothing of other archives, and doing it again is nothing: a worker may die at any
 * moment and another take the task.
 *
 * @throws the code that the archive failed with; `isRetryable` tells whether it may pass by itself
 *
 * @example
 * ```ts
 * import { processArchive } from '@varve/aggregator';
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const archive = createSession('live', { lineage, session: { agentName: 'support' } }).seal('archives');
 *
 * console.log((await processArchive({ kind: 'upgrade', archive }, { lineage })).state); // current
 * ```
 */
export async function processArchive(
  task: ArchiveTask,
  { lineage }: { readonly lineage: Lineage },
): Promise<ArchiveTaskResult> {
  const outcome = task.kind === 'upgrade' ? await upgrade(task, lineage) : await load(task, lineage);
  const { problem } = outcome;
  if (problem)
    throw new VarveError(problem.code, problem.message, { path: problem.path, hint: problem.hint });
  return { archive: task.archive, state: outcome.state === 'current' ? 'current' : 'done' };
}

async function upgrade(
  { archive, backup, acceptLoss = false }: Extract<ArchiveTask, { kind: 'upgrade' }>,
  lineage: Lineage,
): Promise<Outcome> {
  const files: UpgradedFile[] = [];
  await upgradeArchives(archive, {
    lineage,
    jobs: 0,
    acceptLoss,
    ...(backup !== undefined && { backupDir: backup }),
    onFile: (file) => files.push(file),
  });
  return files[0] ?? nothingThere(archive);
}

async function load(
  { archive, to }: Extract<ArchiveTask, { kind: 'load' }>,
  lineage: Lineage,
): Promise<Outcome> {
  const files: ArchiveLoad[] = [];
  const { failed } = await loadArchives(archive, to, { lineage, onFile: (file) => files.push(file) });
  return files[0] ?? (failed[0] ? { state: 'failed', problem: failed[0] } : nothingThere(archive));
}

interface Outcome {
  readonly state: string;
  readonly problem?: Problem;
}

function nothingThere(archive: string): never {
  throw new VarveError('FILE_NOT_FOUND', 'nothing is there', {
    path: archive,
    hint: isStoreUrl(archive) ? 'check the bucket and the key' : 'check the path',
  });
}
