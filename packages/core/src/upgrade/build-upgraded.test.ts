import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { durableFs } from '../file/durable-fs.ts';
import { upgradeArchive } from '../index.ts';
import { head, restlessHistory as lineage, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';

/** That of a commit that was cut short, of which some is in its file. */
function hotJournal(): Buffer {
  const path = writeFileAt(makeTempDir(), 1, { decisions: 400 });
  const sqlite = new Database(path);
  sqlite.exec("PRAGMA cache_size = 1; BEGIN; UPDATE decisions SET summary = 'changed'");
  const journal = readFileSync(`${path}-journal`);
  sqlite.close();
  return journal;
}

it('leaves nothing of a way that failed, as a journal on a full disk, for the copy of the next', async () => {
  const sql = `UPDATE decisions SET summary = hex(zeroblob(450000)) || seq; CREATE TABLE own (k)`;
  const path = writeFileAt(makeTempDir(), 1, { decisions: 10, sql });
  const journal = hotJournal();
  const { remove } = durableFs;
  onTestFinished(() => void Object.assign(durableFs, { remove }));
  let left = 0;
  durableFs.remove = (file) => {
    remove(file);
    if (!file.endsWith('.upgrading')) return;
    left++;
    writeFileSync(`${file}-journal`, journal);
  };
  expect(await upgradeArchive(path, { lineage })).toMatchObject({ how: 'patched', to: head + 3 });
  expect(left).toBe(1);
  const sqlite = new Database(path, { readonly: true });
  onTestFinished(() => void sqlite.close());
  expect(sqlite.prepare('SELECT count(DISTINCT core) FROM decisions').pluck().get()).toBe(10);
});
