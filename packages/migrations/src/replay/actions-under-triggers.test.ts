import { expect, it } from 'vitest';
import { type Database, openMemory } from '../driver/index.ts';
import { rowChangeOf, type SqlStatement, splitStatements } from '../sql/index.ts';
import { RowStatements } from './row-statements.ts';

const schema = `
  CREATE TABLE team (id integer PRIMARY KEY, name text UNIQUE, n integer DEFAULT 0);
  CREATE TABLE run (id integer PRIMARY KEY, team integer REFERENCES team(id) ON DELETE CASCADE ON UPDATE CASCADE, n integer);
  CREATE TABLE call (run integer REFERENCES run(id) ON DELETE CASCADE, n integer);
  CREATE TABLE note (team integer REFERENCES team(id) ON DELETE SET NULL ON UPDATE CASCADE, n integer);
  CREATE TABLE log (n integer);
  INSERT INTO team VALUES (1, 'a', 0), (2, 'b', 0), (3, 'c', 0);
  INSERT INTO run VALUES (1, 1, 0), (2, 2, 0), (3, 3, 0);
  INSERT INTO call VALUES (1, 0), (2, 0), (3, 0);
  INSERT INTO note VALUES (1, 0), (2, 0), (3, 0);`;
const harmless = `
  CREATE TRIGGER stamped AFTER UPDATE ON team BEGIN UPDATE team SET n = n + 1 WHERE id = new.id; INSERT INTO log VALUES (1); END;
  CREATE TRIGGER logged AFTER DELETE ON team BEGIN INSERT INTO log VALUES (old.id); END;`;

function contents(trigger: string, run: (sqlite: ReturnType<typeof openMemory>) => void): unknown {
  const sqlite = openMemory('PRAGMA foreign_keys = OFF');
  try {
    sqlite.exec(schema + trigger);
    run(sqlite);
    const tables = sqlite.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all();
    const rows = tables.map((table) => [table, sqlite.prepare(`SELECT rowid, * FROM ${table}`).raw().all()]);
    return [rows, sqlite.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY rowid').all()];
  } finally {
    sqlite.close();
  }
}

function runEach(sqlite: Database, statements: readonly SqlStatement[]): void {
  sqlite.transaction(() => {
    for (const statement of statements) new RowStatements(sqlite, {}).run(statement);
  })();
}

it.each([
  ['that only write, at a DELETE', harmless, 'DELETE FROM team WHERE id = 1'],
  ['that only write, at an UPDATE of no key', harmless, 'UPDATE team SET n = 5'],
  ['that only write, at an UPDATE of a key', harmless, 'UPDATE team SET id = id + 10'],
  [
    'that update a key',
    'CREATE TRIGGER t AFTER INSERT ON log BEGIN UPDATE team SET id = 12 WHERE id = 2; END;',
    'INSERT INTO log VALUES (1)',
  ],
  [
    'that delete parents',
    'CREATE TRIGGER t AFTER UPDATE ON log BEGIN DELETE FROM team WHERE id = 2; END; INSERT INTO log VALUES (1);',
    'UPDATE log SET n = 2',
  ],
  [
    'that a statement makes replace parents',
    `CREATE TRIGGER t AFTER INSERT ON log BEGIN INSERT INTO team (id, name) VALUES (9, 'b'); END;`,
    'INSERT OR REPLACE INTO log VALUES (1)',
  ],
  [
    'that replace parents themselves',
    `CREATE TRIGGER t AFTER INSERT ON log BEGIN INSERT OR REPLACE INTO team (id, name) VALUES (2, 'b'); END;`,
    'INSERT INTO log VALUES (1)',
  ],
  [
    'that write into a table which replaces rows by itself',
    `CREATE TABLE seat (id integer PRIMARY KEY, k text UNIQUE ON CONFLICT REPLACE);
     CREATE TABLE guest (seat integer REFERENCES seat(id) ON DELETE CASCADE); INSERT INTO seat VALUES (1, 'a'), (2, 'b');
     INSERT INTO guest VALUES (1), (2);
     CREATE TRIGGER t AFTER INSERT ON log BEGIN INSERT INTO seat VALUES (5, 'a'); END;
     CREATE TRIGGER told AFTER INSERT ON seat BEGIN INSERT INTO log SELECT count(*) FROM guest; END;`,
    'UPDATE team SET n = 1; INSERT INTO log VALUES (1)',
  ],
  ['that only write, at a REPLACE of parents', harmless, `REPLACE INTO team VALUES (1, 'b', 4)`],
  [
    'that stand ready for the going of children, at a REPLACE of parents',
    `${harmless} CREATE TRIGGER gone AFTER DELETE ON run BEGIN INSERT INTO log VALUES (100 + old.id); END;
     CREATE TRIGGER gone_too BEFORE DELETE ON run BEGIN INSERT INTO log VALUES (200 + old.id); END;`,
    `REPLACE INTO team VALUES (1, 'b', 4)`,
  ],
  [
    'that would set off themselves',
    `CREATE TRIGGER t AFTER UPDATE ON team BEGIN UPDATE team SET n = n + 1 WHERE id <> new.id; END;
     CREATE TRIGGER d AFTER INSERT ON team BEGIN UPDATE team SET n = n + 10; END;`,
    `REPLACE INTO team VALUES (1, 'b', 4)`,
  ],
  [
    'of tables whose rows are replaced and deleted',
    `CREATE TRIGGER d AFTER DELETE ON team BEGIN INSERT INTO log VALUES (old.id); END;
     CREATE TRIGGER t AFTER INSERT ON team BEGIN DELETE FROM team WHERE id = 3; END;`,
    `REPLACE INTO team VALUES (1, 'b', 4)`,
  ],
  [
    'none, at an UPDATE that replaces the parent of the very row that it changes',
    `CREATE TABLE tree (id integer PRIMARY KEY, k text UNIQUE, up integer REFERENCES tree ON DELETE CASCADE);
     INSERT INTO tree VALUES (1, 'a', NULL), (2, 'b', 1), (3, 'c', 2), (4, 'd', NULL);`,
    `UPDATE OR REPLACE tree SET k = 'a' WHERE id = 2`,
  ],
])('does under triggers what foreign keys do: %s', (_title, trigger, sql) => {
  const statements = splitStatements(sql);
  const expected = contents(trigger, (sqlite) => sqlite.exec(`PRAGMA foreign_keys = ON; ${sql}`));
  const before = contents(trigger, () => {});
  expect(contents(trigger, (sqlite) => runEach(sqlite, statements))).toEqual(expected);
  expect(expected).not.toEqual(before);
});

it('makes no trigger of its own for keys that nothing can set off', () => {
  const sqlite = openMemory(
    `PRAGMA foreign_keys = OFF; ${schema} ${harmless.replaceAll('ON UPDATE CASCADE', '')}`,
  );
  const prepare = (sql: string) =>
    splitStatements(sql).map((it) =>
      new RowStatements(sqlite, {}).prepare(it).triggers.map(({ name }) => name),
    );
  expect(prepare('UPDATE log SET n = 1; DELETE FROM run')).toEqual([
    ['varve update run 0', 'varve update note 0'],
    ['varve update run 0', 'varve delete call 0', 'varve update note 0'],
  ]);
  sqlite.close();
});

it('makes a trigger where the schema is, though it stands in a form that is not understood', () => {
  const made =
    'CREATE TRIGGER twice AFTER INSERT ON log BEGIN INSERT INTO team (n, n) VALUES (new.n, 1); END';
  expect(rowChangeOf(splitStatements(made)[0] as SqlStatement)).toBeUndefined();
  const sqlite = openMemory(`PRAGMA foreign_keys = OFF; ${schema} ${harmless}`);
  runEach(sqlite, splitStatements(made));
  expect(sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all()).toContain(
    'twice',
  );
  sqlite.close();
});
