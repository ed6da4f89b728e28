import { describe, expect, it } from 'vitest';
import { lineageAt } from '../lineage/lineage.ts';
import { bothWays } from '../testing/both-ways.ts';
import { lineageOf, openMemory } from '../testing/test-lineage.ts';
import { replayMigrations } from './replay.ts';

describe('references are compared with those of the file before', () => {
  const tables =
    'CREATE TABLE p (id integer PRIMARY KEY, k text); CREATE TABLE c (id integer PRIMARY KEY, k text REFERENCES p (k), p integer REFERENCES p (id));';

  it('and never on an empty database: the application seeds the parents', () => {
    const sqlite = openMemory();
    const lineage = lineageOf([
      'CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE c (p integer REFERENCES p (id)); INSERT INTO c VALUES (1)',
    ]);
    expect(replayMigrations(sqlite, lineage)).toEqual({ from: 0, to: 1 });
  });

  it('and where a unique index is missing, which SQLite does not answer for', () => {
    const lineage = lineageOf([tables, 'ALTER TABLE c ADD z integer DEFAULT 1']);
    const { replayed, raw } = bothWays(
      lineage,
      "INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a', 1), (2, 'b', 1)",
    );
    expect(replayed).toEqual(raw);
  });

  it.each([
    ['the child', 'ALTER TABLE c RENAME TO x; ALTER TABLE x RENAME TO "Children"'],
    ['the parent', 'ALTER TABLE P RENAME TO "Parents"'],
    ['both', 'ALTER TABLE c RENAME TO x; ALTER TABLE p RENAME TO c'],
  ])('and are those of before under a new name: %s', (_, renamed) => {
    const old = "INSERT INTO p VALUES (1, 'a'); INSERT INTO c (id, p) VALUES (1, 7), (2, 1)";
    const { replayed, raw } = bothWays(lineageOf([tables, renamed]), old);
    expect(replayed).toEqual(raw);
  });

  it('and are missed where more of a table under a new name lack their parent', () => {
    const lineage = lineageOf([tables, 'ALTER TABLE c RENAME TO d; UPDATE d SET p = 9']);
    const sqlite = openMemory();
    replayMigrations(sqlite, lineageAt(lineage, 1));
    sqlite.exec(
      "PRAGMA foreign_keys = OFF; INSERT INTO p VALUES (1, 'a'); INSERT INTO c (p) VALUES (7), (1)",
    );
    expect(() => replayMigrations(sqlite, lineage)).toThrow(/without a parent: d → p/);
  });

  it('and are still missed then, where a migration breaks them', () => {
    const lineage = lineageOf([tables, 'UPDATE c SET p = 9']);
    const sqlite = openMemory();
    replayMigrations(sqlite, lineageAt(lineage, 1));
    sqlite.exec("PRAGMA foreign_keys = OFF; INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES (1, 'a', 1)");
    expect(() => replayMigrations(sqlite, lineage)).toThrow(/without a parent: c → p/);
  });
});
