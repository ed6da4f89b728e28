import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openImage } from '../file/open-database.ts';
import { upgradeArchive } from '../index.ts';
import { lineageOf, writeOld } from '../testing/patched-files.ts';

const fullText = (table: string) => `CREATE VIRTUAL TABLE found USING fts5(x, content='${table}')`;
const dropped = `${fullText('notes')} --- DROP TABLE notes`;
const renamed = `${fullText('notes')} --- ALTER TABLE notes RENAME TO words`;
const keyed = `CREATE TABLE keyed (x PRIMARY KEY) WITHOUT ROWID; INSERT INTO keyed VALUES (1) --- ${fullText('keyed')}`;
// What counts changes is run as it is written.
const counting = '--- DELETE FROM runs WHERE changes() < 0';

it.each([
  ['is gone', 'patched', dropped],
  ['is gone', 'replayed', dropped + counting],
  ['has another name', 'patched', renamed],
  ['has another name', 'replayed', renamed + counting],
  ['has no rowids', 'patched', keyed],
  ['has no rowids', 'replayed', keyed + counting],
])('upgrades a file whose full-text table shows a table that %s: %s', async (_title, how, pending) => {
  const lineage = lineageOf(pending);
  for (const verify of ['counts', 'full'] as const) {
    const path = writeOld(lineage, '');
    expect(await upgradeArchive(path, { lineage, acceptLoss: true, verify })).toMatchObject({ how });
    const sqlite = openImage(readFileSync(path));
    expect(() => sqlite.prepare('SELECT * FROM found').all()).toThrow(/no such (table|column)/);
    sqlite.close();
  }
});
