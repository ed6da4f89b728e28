import { expect, it } from 'vitest';
import { lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf, openMemory } from '../testing/test-lineage.ts';
import { compileOrdinaryLens } from './compile-lens.ts';
import { installLens } from './install-lens.ts';

const indexed = [
  'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, hits INTEGER)',
  `CREATE VIRTUAL TABLE found USING fts5(body);
   CREATE TRIGGER kept AFTER INSERT ON notes BEGIN INSERT INTO found (rowid, body) VALUES (new.id, new.body); END`,
];

it('leaves out what keeps a full-text index, and the ordinary tables are as a replay leaves them', () => {
  const lineage = lineageOf([...indexed, "INSERT INTO notes (body) SELECT body || ' again' FROM notes"]);
  const [file, copy] = [openMemory(), openMemory()];
  for (const sqlite of [file, copy]) {
    replayMigrations(sqlite, lineageAt(lineage, 2));
    sqlite.exec("INSERT INTO notes (body) VALUES ('one')");
  }
  replayMigrations(copy, lineage);
  const lens = compileOrdinaryLens(lineage, 2);
  expect(lens.refusal).toBeUndefined();
  installLens(file, lens);
  const rows = 'SELECT * FROM notes';
  expect(file.prepare(rows).all()).toEqual(copy.prepare(rows).all());
});

it('refuses a statement that reads a full-text index, which pending rows may have changed', () => {
  const lineage = lineageOf([
    ...indexed,
    "INSERT INTO notes (body) SELECT body || ' again' FROM notes",
    "UPDATE notes SET hits = (SELECT count(*) FROM found WHERE found MATCH 'again')",
  ]);
  expect(compileOrdinaryLens(lineage, 2).refusal).toMatchObject({
    migration: '0003_step',
    reason: expect.stringContaining('found'),
  });
});
