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

it('refuses an UPDATE that reads its own table, whose plan is another one where no trigger watches', () => {
  const lineage = lineageOf([
    'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, place TEXT)',
    `CREATE VIRTUAL TABLE found USING fts5(body);
     CREATE TRIGGER kept AFTER UPDATE ON notes BEGIN INSERT INTO found (rowid, body) VALUES (new.id, new.body); END`,
    `WITH o(x, n) AS (SELECT id, row_number() OVER (ORDER BY body) FROM notes)
     UPDATE notes SET body = (SELECT n FROM o WHERE x = place)`,
  ]);
  const [watched, plain] = [openMemory(), openMemory()];
  replayMigrations(watched, lineageAt(lineage, 2));
  replayMigrations(plain, lineageAt(lineage, 1));
  const after = [watched, plain].map((sqlite) => {
    sqlite.exec("INSERT INTO notes VALUES (1, '0x10', 1), (3, '92', 3), (5, ' 5 ', 5), (6, '5.0', 6)");
    sqlite.exec(lineage.migrations[2]?.sql ?? '');
    return sqlite.prepare('SELECT body FROM notes').pluck().all();
  });
  expect(after[0]).not.toEqual(after[1]);
  expect(compileOrdinaryLens(lineage, 2).refusal).toMatchObject({ reason: expect.stringContaining('plan') });
});
