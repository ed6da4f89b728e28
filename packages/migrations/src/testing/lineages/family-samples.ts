import Database from 'better-sqlite3';
import fc from 'fast-check';
import { defineLineage } from '../../lineage/define-lineage.ts';
import { lineageAt } from '../../lineage/lineage.ts';
import { replayMigrations } from '../../replay/replay.ts';
import { Dice } from './dice.ts';
import type { LineageSample } from './sample-lineage.ts';

type FamilySample = Omit<LineageSample, 'rows'>;

const tables = ['one', 'two', 'three'];

/** Parents and children with rows that meet, triggers that write into them, and statements that set all of it off. */
export function familySamples(): fc.Arbitrary<FamilySample> {
  return fc
    .noBias(fc.array(fc.nat(9999), { minLength: 160, maxLength: 160 }))
    .map((thrown) => buildSample(new Dice(thrown)));
}

function buildSample(dice: Dice): FamilySample {
  const schema = [
    ...tables.map((name) => createTable(dice, name)),
    'CREATE TABLE log (what, row)',
    'CREATE TABLE go (n integer)',
  ];
  const triggers = several(dice, 4, (at) => createTrigger(dice, `t${at}`));
  const changes = several(dice, 3, () => change(dice, 'go'));
  const texts = [schema, triggers, changes];
  const lineage = defineLineage({
    name: 'family',
    tables: {},
    functions: {},
    migrations: texts.map((sql, at) => ({ name: `m${at}`, sql: `${sql.join(';\n')};`, createdAtMs: at + 1 })),
  });
  const rows = several(dice, 9, () => plainInsert(dice));
  const sqlite = new Database(':memory:');
  replayMigrations(sqlite, lineageAt(lineage, 1));
  sqlite.pragma('foreign_keys = OFF');
  for (const row of rows) sqlite.exec(row);
  replayMigrations(sqlite, lineageAt(lineage, 2));
  const image = sqlite.serialize();
  sqlite.close();
  const text = [...schema, ...rows, ...triggers, ...changes].join(';\n');
  return { lineage, from: 2, image, queryThrows: [], [fc.toStringMethod]: () => text } as FamilySample;
}

function several(dice: Dice, most: number, make: (at: number) => string): string[] {
  return Array.from({ length: 1 + dice.below(most) }, (_, at) => make(at));
}

function createTable(dice: Dice, name: string): string {
  const replaces = () => dice.pick(['', '', ' ON CONFLICT REPLACE']);
  const onDelete = dice.pick(['CASCADE', 'CASCADE', 'SET NULL', 'SET DEFAULT', 'NO ACTION']);
  const onUpdate = dice.pick(['', ' ON UPDATE CASCADE', ' ON UPDATE SET NULL']);
  const key = dice.pick([`REFERENCES ${dice.pick(tables)} ON DELETE ${onDelete}${onUpdate}`, '']);
  const options = dice.isOneIn(6) ? ' WITHOUT ROWID' : '';
  return `CREATE TABLE ${name} (id integer PRIMARY KEY${replaces()}, k text UNIQUE${replaces()}, p integer DEFAULT 2 ${key}, n DEFAULT 0)${options}`;
}

function plainInsert(dice: Dice): string {
  return `INSERT OR IGNORE INTO ${dice.pick(tables)} VALUES (${small(dice)}, ${letter(dice)}, ${small(dice)}, ${dice.pick(['0.5', "x'ff00'", 'NULL', "'text'", "CAST(x'ff41' AS TEXT)"])})`;
}

function createTrigger(dice: Dice, name: string): string {
  const event = dice.pick(['DELETE', 'DELETE', 'UPDATE', 'UPDATE OF n', 'INSERT', 'INSERT']);
  const row = event === 'DELETE' ? 'old' : 'new';
  const table = dice.pick([...tables, 'go']);
  const when = table !== 'go' && dice.isOneIn(4) ? ` WHEN ${row}.id < 4` : '';
  const body = several(dice, 2, () => change(dice, table, row));
  const told = table === 'go' ? '' : `INSERT INTO log VALUES ('${name}', ${row}.id); `;
  return `CREATE TRIGGER ${name} ${dice.pick(['AFTER', 'AFTER', 'BEFORE'])} ${event} ON ${table}${when} BEGIN ${told}${body.join('; ')}; END`;
}

/** What a migration does, or a trigger of a table with its row. */
function change(dice: Dice, of: string, row?: string): string {
  const key = row && of !== 'go' && dice.isOneIn(3) ? `${row}.id` : small(dice);
  const table = dice.pick(tables);
  const or = dice.pick(['', ' OR REPLACE', ' OR REPLACE', ' OR IGNORE']);
  return dice.pick([
    `INSERT${or} INTO ${table} (id, k, p) VALUES (${key}, ${letter(dice)}, ${small(dice)})`,
    `REPLACE INTO ${table} (k) VALUES (${letter(dice)})`,
    `INSERT${or} INTO ${table} (id, k) SELECT id + 1, k FROM ${dice.pick(tables)}`,
    `UPDATE${or} ${table} SET k = ${letter(dice)}, n = 7 WHERE id = ${key}`,
    `UPDATE${or} ${table} SET id = ${small(dice)} WHERE id = ${key}`,
    `UPDATE ${table} SET n = n + 1`,
    `DELETE FROM ${table} WHERE id = ${key}`,
    `INSERT INTO ${table} (id, k) VALUES (${key}, ${letter(dice)}) ON CONFLICT (id) DO UPDATE SET k = ${letter(dice)}`,
    ...(row ? [] : ['INSERT INTO go VALUES (1)', 'INSERT OR REPLACE INTO go VALUES (2), (3)']),
  ]);
}

function small(dice: Dice): string {
  return String(1 + dice.below(4));
}

function letter(dice: Dice): string {
  return dice.pick(["'a'", "'b'", "'c'", "'d'", 'NULL']);
}
