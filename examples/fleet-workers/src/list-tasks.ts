import { createHash } from 'node:crypto';
import { lineage } from '@acme/agent-state';
import { type ArchiveTask, findArchives } from '@varve/aggregator';

/** A task and its number in a queue: the same task at the same head has the same, so that putting it in again is nothing. */
export interface NumberedTask {
  /** As a UUID is written. */
  readonly id: string;
  readonly task: ArchiveTask;
}

/** One task for each archive of a folder or a bucket. `to` is a database for `load`, a place for originals for `upgrade`. */
export async function listTasks(
  kind: string | undefined,
  where: string | undefined,
  to: string | undefined,
): Promise<NumberedTask[]> {
  if ((kind !== 'upgrade' && kind !== 'load') || !where || !to) {
    throw new Error('usage: enqueue.ts upgrade ARCHIVES ORIGINALS, or enqueue.ts load ARCHIVES DATABASE');
  }
  const { archives, problems } = await findArchives(where);
  for (const { code, path } of problems) console.error(`${code}: ${path}`);
  return archives.map(({ path: archive }) => {
    const task: ArchiveTask = kind === 'load' ? { kind, archive, to } : { kind, archive, backup: to };
    return { id: numberOf(task), task };
  });
}

function numberOf(task: ArchiveTask): string {
  const text = JSON.stringify([task, lineage.migrations.length]);
  const hex = createHash('sha256').update(text).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

/** So many at once are put into a queue. */
export function* inPages<T>(items: readonly T[], size = 1000): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
