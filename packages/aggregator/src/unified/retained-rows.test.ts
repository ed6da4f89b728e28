import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lineageAt } from '@varve/migrations';
import { expect, it } from 'vitest';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { openUnified } from './open-unified.ts';

const older = lineageAt(lineage, 3);

/** A view at version 3 of two archives, of which the first is gone and kept; a copy of it lies aside. */
async function keepGone() {
  const [dir, work] = [makeFolder(), makeFolder()];
  const [path, other] = [writeArchive(join(dir, 'a.db'), 1), writeArchive(join(dir, 'b.db'), 2)];
  const [file, aside] = [join(work, 'u.db'), join(work, 'aside.db')];
  const options = { archives: dir, gone: 'keep', search: true } as const;
  const unified = await openUnified(file, { lineage: older, ...options });
  copyFileSync(path, aside);
  rmSync(path);
  await unified.refresh();
  unified.close();
  return { file, work, path, other, aside, options };
}

it('brings the rows of archives that are gone to head when the lineage moves on', async () => {
  const { file, work, path, other, aside, options } = await keepGone();
  using unified = await openUnified(file, { lineage, ...options });
  expect(unified.report).toMatchObject({ added: 1, removed: 0, problems: [] });
  const rows = readUnifiedRows(unified.sqlite, lineage);
  copyFileSync(aside, path);
  expect(rows).toEqual(unionOfUpgraded([path, other], lineage, work));
  const { archives } = unified;
  const states = unified.db
    .select({ path: archives.path, state: archives.state, version: archives.version })
    .from(archives);
  expect(states.orderBy(archives.path).all()).toEqual([
    { path, state: 'gone', version: 1 },
    { path: other, state: 'unified', version: 2 },
  ]);
  expect(await unified.refresh()).toMatchObject({ added: 1, unchanged: 1 });
  expect(readUnifiedRows(unified.sqlite, lineage)).toEqual(rows);
  expect(unified.sqlite.prepare(`SELECT count(*) FROM _search_tool_calls('grep')`).pluck().get()).toBe(2);
});

it.each([
  [
    'a migration must be replayed',
    [
      ...lineage.migrations,
      { name: '0005_odd', sql: 'UPDATE tool_calls SET ordinal = random()', createdAtMs: 1_800_000_000_000 },
    ],
  ],
  [
    'another branch',
    [
      ...lineage.migrations.slice(0, 2),
      { name: '0002_other', sql: 'CREATE TABLE other (a)', createdAtMs: 1_800_000_000_000 },
    ],
  ],
])('leaves the view as it is when they cannot be brought there: %s', async (_, migrations) => {
  const { file, options } = await keepGone();
  const before = readFileSync(file);
  await expect(openUnified(file, { lineage: { ...lineage, migrations }, ...options })).rejects.toMatchObject({
    code: 'UNIFIED_STUCK',
    path: file,
  });
  expect(readFileSync(file)).toEqual(before);
});
