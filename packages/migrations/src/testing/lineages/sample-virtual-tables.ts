import { quoteIdentifier } from '../../sql/sql-tokens.ts';
import type { Dice } from './dice.ts';
import type { SampleTable } from './sample-schema.ts';

const id = quoteIdentifier;

/** A virtual table that mirrors another by triggers, and what is done to such a one. */
export function virtualTable(dice: Dice, table: SampleTable): string[] {
  const columns = table.columns.map((column) => id(column.name));
  const [first, second] = [dice.pick(columns), dice.pick(columns)];
  const kind = dice.pick([fullText, fullText, fullText, boxes]);
  return kind(dice, id(table.name), first, second);
}

function fullText(dice: Dice, table: string, first: string, second: string): string[] {
  const content = dice.pick(['', '', `, content=${table}`, ", content=''"]);
  const names = content.includes(table) ? `${first}, ${second}` : '"a", "b"';
  const more = dice.pick(['', ", tokenize='trigram'", ', columnsize=0']);
  const into = `INSERT INTO "found" (rowid, ${names})`;
  const add = `${into} VALUES (new.rowid, new.${first}, new.${second})`;
  const forget = content
    ? `INSERT INTO "found" ("found", rowid, ${names}) VALUES ('delete', old.rowid, old.${first}, old.${second})`
    : 'DELETE FROM "found" WHERE rowid = old.rowid';
  return dice.pick([
    [
      `CREATE VIRTUAL TABLE IF NOT EXISTS "found" USING fts5(${names}${content}${more})`,
      ...mirror(table, add, forget),
    ],
    [`${into} SELECT rowid, ${first}, ${second} FROM ${table}`],
    [`INSERT INTO "found" ("found") VALUES ('${dice.pick(['rebuild', 'optimize', 'delete-all'])}')`],
    ['ALTER TABLE "found" RENAME TO "found too"'],
    dropped('found'),
    [`INSERT INTO ${table} (${first}) SELECT rowid FROM "found" WHERE rowid > 1`],
  ]);
}

function boxes(dice: Dice, table: string, first: string): string[] {
  const size = `length(coalesce(new.${first}, 'none'))`;
  const add = `INSERT OR IGNORE INTO "boxes" VALUES (new.rowid % 1000, ${size}, ${size} + 1, new.${first})`;
  return dice.pick([
    [
      `CREATE VIRTUAL TABLE IF NOT EXISTS "boxes" USING ${dice.pick(['rtree', 'rtree_i32'])}(id, low, high, +what)`,
      ...mirror(table, add, 'DELETE FROM "boxes" WHERE id = old.rowid % 1000'),
    ],
    [`INSERT OR REPLACE INTO "boxes" SELECT rowid % 50, rowid % 7, rowid % 7 + 1, ${first} FROM ${table}`],
    ['UPDATE "boxes" SET low = low - 1, what = low'],
    dropped('boxes'),
  ]);
}

/** One at a time: a table may have several mirrors, but each must go with what it keeps. */
function mirror(table: string, add: string, forget: string): string[] {
  return [
    `CREATE TRIGGER IF NOT EXISTS "mirror added" AFTER INSERT ON ${table} BEGIN ${add}; END`,
    `CREATE TRIGGER IF NOT EXISTS "mirror gone" AFTER DELETE ON ${table} BEGIN ${forget}; END`,
    `CREATE TRIGGER IF NOT EXISTS "mirror changed" AFTER UPDATE ON ${table} BEGIN ${forget}; ${add}; END`,
  ];
}

function dropped(name: string): string[] {
  const triggers = ['added', 'gone', 'changed'].map((it) => `DROP TRIGGER IF EXISTS "mirror ${it}"`);
  return [...triggers, `DROP TABLE "${name}"`];
}
