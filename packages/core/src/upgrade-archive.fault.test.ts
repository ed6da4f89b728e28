import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { VarveError } from '@varve/schema';
import { expect, it } from 'vitest';
import { openArchive, upgradeArchive } from './index.ts';
import { type FailureMode, failNthOperation } from './testing/failing-fs.ts';
import { describeFolder } from './testing/folder.ts';
import { head, history as lineage, writeFileAt } from './testing/history.ts';
import { makeTempDir } from './testing/temp-dir.ts';

const { decisions } = lineage.tables;

it.each<[string, FailureMode]>([
  ['EIO', 'once'],
  ['EIO', 'from then on'],
  ['ENOSPC', 'from then on'],
  ['EROFS', 'from then on'],
])(
  'an upgrade leaves the old file or the new one whichever operation fails with %s, %s',
  async (code, mode) => {
    let n = 0;
    for (let isFailing = true; isFailing; ) {
      n++;
      const dir = makeTempDir();
      const backupDir = join(makeTempDir(), 'backups');
      const path = writeFileAt(dir, 1, { decisions: 100 });
      const before = describeFolder(dir)['v1.db'];
      const faults = failNthOperation(n, code, mode);
      const outcome = await upgradeArchive(path, { lineage, backupDir }).catch((error: unknown) => error);
      faults.restore();
      isFailing = faults.hasFailed();
      if (isFailing && mode === 'from then on') expect(outcome).toBeInstanceOf(VarveError);
      const { version, rows } = readFile(path);
      expect(rows).toBe(100);
      if (version !== head) expect(describeFolder(dir)['v1.db']).toBe(before);

      expect(await upgradeArchive(path, { lineage, backupDir })).toMatchObject({ to: head });
      expect(readFile(path)).toEqual({ version: head, rows: 100 });
      expect(readdirSync(dir).filter((name) => version === head && name.startsWith('.'))).toEqual([]);
    }
    expect(n).toBeGreaterThan(10);
  },
);

function readFile(path: string) {
  using archive = openArchive(path, { lineage });
  return { version: archive.version, rows: archive.db.select().from(decisions).all().length };
}
