import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openArchive, openSession, upgradeArchive } from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { head, history as lineage, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

const reorder = `UPDATE __drizzle_migrations SET rowid = rowid + 100 WHERE rowid = 2`;

it('reads and upgrades what was migrated in another order, as long as its tables are the same', async () => {
  const path = writeFileAt(makeTempDir(), head - 1, { sql: reorder });
  using archive = openArchive(path, { lineage });
  expect(archive.version).toBe(head - 1);
  expect(archive.sqlite.prepare('SELECT count(*) FROM decisions').pluck().get()).toBe(3);
  expect(await upgradeArchive(path, { lineage })).toMatchObject({ from: head - 1, to: head });
});

it('names the tables in which another order of migrations shows', () => {
  const path = writeFileAt(makeTempDir(), head - 1, {
    sql: `${reorder}; ALTER TABLE tool_calls DROP COLUMN result; ALTER TABLE tool_calls ADD COLUMN outcome text`,
  });
  expect(errorOf(() => openArchive(path, { lineage }))).toMatchObject({
    code: 'VERSION_REORDERED',
    details: { tables: ['tool_calls'] },
  });
});

it('does not go on writing a file whose tables are others than its version has', () => {
  const path = writeFileAt(makeTempDir(), head - 1, { sql: 'ALTER TABLE decisions ADD COLUMN sneaked' });
  expect(errorOf(() => openSession(path, { lineage })).code).toBe('SCHEMA_MISMATCH');
  const sqlite = new Database(path, { readonly: true });
  expect(sqlite.prepare('SELECT count(*) FROM __drizzle_migrations').pluck().get()).toBe(head - 1);
  sqlite.close();
});
