import { statSync } from 'node:fs';
import { identifyArchive } from '@varve/core';
import { openStore, pushFile } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import type { UpgradeTask } from './upgrade-file.ts';

/**
 * Puts the original of an archive that is to be upgraded into a bucket, under the path it has below its own folder. What is
 * at head is left alone.
 *
 * @throws SESSION_LIVE for one that is not sealed: it is more than one file; FILE_CHANGED when it changed meanwhile;
 * ARCHIVE_EXISTS when the bucket holds something else under this key; the codes of stores
 */
export async function keepInStore(
  { path, relativePath }: Pick<UpgradeTask, 'path' | 'relativePath'>,
  backups: string,
  lineage: Lineage,
): Promise<void> {
  if (identifyArchive(path, { lineage }).version === lineage.migrations.length) return;
  if (statSync(`${path}-wal`, { throwIfNoEntry: false })) throw unsealed(path);
  const before = stampOf(path);
  await pushFile(path, openStore(backups), relativePath);
  if (stampOf(path) === before) return;
  throw new VarveError('FILE_CHANGED', 'the archive changed while its original was put into the bucket', {
    path,
    hint: 'find out who writes it, then run the upgrade again; the archive is as it was',
  });
}

function stampOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

function unsealed(path: string): VarveError {
  return new VarveError('SESSION_LIVE', 'the session is not sealed: its original is more than one file', {
    path,
    hint: 'seal it first, or keep the backups in a folder',
  });
}
