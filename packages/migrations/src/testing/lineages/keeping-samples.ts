import Database from 'better-sqlite3';
import fc from 'fast-check';
import { defineLineage } from '../../lineage/define-lineage.ts';
import { type Lineage, lineageAt } from '../../lineage/lineage.ts';
import { applyMigration } from '../../replay/apply-migration.ts';
import { replayMigrations } from '../../replay/replay.ts';
import { quoteIdentifier as id } from '../../sql/sql-tokens.ts';
import { Dice } from './dice.ts';
import { createTableSql, type DraftTable, draftTable, rebuildKeeping } from './keeping-rebuilds.ts';
import { pickLiteral } from './literals.ts';

export interface KeepingSample {
  readonly lineage: Lineage;
  readonly from: number;
  readonly image: Buffer;
}

const throws = (maxLength: number) => fc.array(fc.nat(9999), { maxLength, size: 'max' });

/** Lineages whose rebuilds mostly keep the rows as they are, with all that may lie over a table. */
export function keepingSamples(): fc.Arbitrary<KeepingSample> {
  return fc
    .noBias(
      fc.record({
        changes: fc.array(throws(40), { minLength: 2, maxLength: 9, size: 'max' }),
        tables: fc.array(throws(40), { minLength: 1, maxLength: 3 }),
        rows: fc.array(throws(12), { maxLength: 14, size: 'max' }),
        from: fc.nat(99),
      }),
    )
    .map(build)
    .filter((sample) => sample !== undefined);
}

interface Chosen {
  readonly changes: readonly (readonly number[])[];
  readonly tables: readonly (readonly number[])[];
  readonly rows: readonly (readonly number[])[];
  readonly from: number;
}

function build({ changes, tables, rows, from: chosen }: Chosen): KeepingSample | undefined {
  const scripts = writeScripts(tables, changes);
  const migrations = scripts.map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
  const lineage = defineLineage({ name: 'keeping', tables: {}, migrations });
  const from = 1 + (chosen % Math.max(1, scripts.length - 1));
  const sqlite = new Database(':memory:');
  try {
    replayMigrations(sqlite, lineageAt(lineage, from));
    fill(sqlite, rows);
    const image = sqlite.serialize();
    const text = () => `${from} of\n${scripts.join('\n---\n')}\nrows ${JSON.stringify(rows)}`;
    return { lineage, from, image, [fc.toStringMethod]: text } as KeepingSample;
  } catch {
    return undefined;
  } finally {
    sqlite.close();
  }
}

function writeScripts(tables: Chosen['tables'], changes: Chosen['changes']): string[] {
  const sqlite = new Database(':memory:');
  const drafts: DraftTable[] = [];
  try {
    sqlite.pragma('foreign_keys = OFF');
    const first = ['CREATE TABLE log (entry)'];
    sqlite.exec('CREATE TABLE log (entry)');
    for (const [at, dice] of tables.entries()) {
      const draft = draftTable(new Dice(dice), `t${at}`, drafts);
      if (!attempt(sqlite, [createTableSql(draft, draft.name)])) continue;
      drafts.push(draft);
      first.push(createTableSql(draft, draft.name));
    }
    if (drafts.length === 0) return [];
    const later = changes.flatMap((thrown) => change(sqlite, new Dice(thrown), drafts) ?? []);
    return [`${first.join(';\n')};`, ...later];
  } finally {
    sqlite.close();
  }
}

/** Leaves the drafts as they were where SQLite does not take the statements. */
function change(sqlite: Database.Database, dice: Dice, drafts: DraftTable[]): string | undefined {
  const before = structuredClone(drafts);
  const table = dice.pick(drafts);
  const statements = [
    ...dice.pick(kinds)(dice, table, drafts),
    ...(dice.isOneIn(3) ? rebuildKeeping(dice, dice.pick(drafts), drafts) : []),
  ];
  if (statements.length > 0 && attempt(sqlite, statements)) return `${statements.join(';\n')};`;
  drafts.splice(0, drafts.length, ...before);
  return undefined;
}

type Kind = (dice: Dice, table: DraftTable, tables: readonly DraftTable[]) => string[];

const addColumn: Kind = (dice, table) => {
  const name = `n${table.columns.length}`;
  const rest = dice.pick([
    '',
    " DEFAULT 'x'",
    ' DEFAULT 3 NOT NULL',
    " DEFAULT '5'",
    ' DEFAULT "x" NOT NULL',
    ' REFERENCES t0(id)',
  ]);
  const type = dice.pick(['text', 'integer', 'real', 'blob']);
  table.columns.push({ name, type, rest });
  return [`ALTER TABLE ${id(table.name)} ADD ${id(name)} ${type}${rest}`];
};

const index: Kind = (dice, table) => {
  const unique = dice.pick(['', '', 'UNIQUE ']);
  const term = dice.pick(['c0', '"c0" DESC', 'id, c0', 'lower(c0)', '`id`']);
  const where = dice.pick(['', '', ' WHERE c0 IS NOT NULL']);
  const name = `i${table.indexes.length}_${table.name}_${dice.below(99)}`;
  const sql = `CREATE ${unique}INDEX ${id(name)} ON ${id(table.name)} (${term})${where}`;
  table.indexes.push(sql);
  return [sql];
};

const trigger: Kind = (dice, table) => {
  const event = dice.pick(['INSERT', 'UPDATE', 'DELETE']);
  const name = `g${table.triggers.length}_${table.name}_${dice.below(99)}`;
  const sql = `CREATE TRIGGER ${id(name)} AFTER ${event} ON ${id(table.name)} BEGIN INSERT INTO log VALUES ('${name}'); END`;
  table.triggers.push(sql);
  return [sql];
};

const fullText: Kind = (dice, { name }) => {
  const found = `f${dice.below(99)}`;
  return [
    `CREATE VIRTUAL TABLE ${found} USING fts5(c0, content='${name}'${dice.pick(['', ", content_rowid='id'"])})`,
    `INSERT INTO ${found}(${found}) VALUES ('rebuild')`,
  ];
};

const kinds: readonly Kind[] = [
  rebuildKeeping, rebuildKeeping, rebuildKeeping, rebuildKeeping, addColumn, addColumn, index, index, trigger, fullText,
  (dice, { name }) => [`UPDATE ${id(name)} SET c0 = ${pickLiteral(dice)} WHERE id > 2`],
  (dice, { name }) => [`DELETE FROM ${id(name)} WHERE id % 3 = ${dice.below(3)}`],
  (dice, { name }) => [`INSERT OR IGNORE INTO ${id(name)} (id) VALUES (${20 + dice.below(50)})`],
  (dice, { name }) => [`CREATE VIEW v${dice.below(99)} AS SELECT id, c0 FROM ${id(name)}`],
  (_dice, table) => (table.indexes.length > 0 ? [`DROP INDEX ${table.indexes.pop()?.split(/INDEX | ON /)[1]}`] : []),
  (dice, { name }) => [`ALTER TABLE ${id(name)} RENAME COLUMN c0 TO c${dice.below(2) * 9}`],
]; // biome-ignore format: a list reads better in rows

/** Runs a change as replay would; leaves nothing of one that fails. */
function attempt(sqlite: Database.Database, statements: readonly string[]): boolean {
  try {
    sqlite.transaction(() => {
      applyMigration(
        sqlite,
        { name: 'change', sql: `${statements.join(';\n')};`, createdAtMs: 0 },
        { lineage: {} },
      );
    })();
    return true;
  } catch {
    return false;
  }
}

/** Rows with gaps between them, statistics now and then, all as its own statement that may fail. */
function fill(sqlite: Database.Database, rows: Chosen['rows']): void {
  sqlite.pragma('foreign_keys = OFF');
  const names = sqlite
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 't_'`)
    .pluck()
    .all();
  for (const [at, thrown] of rows.entries()) {
    const dice = new Dice(thrown);
    const table = dice.pick(names);
    const columns = sqlite
      .prepare<[string], string>(`SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 AND name <> 'id'`)
      .pluck()
      .all(table);
    const cells = columns.map(() =>
      dice.isOneIn(3) ? pickLiteral(dice) : `'${'abcde'.slice(dice.below(5))}'`,
    );
    const key = dice.isOneIn(4) ? String(30 + at) : String(at + 1);
    const list = ['id', ...columns].map(id).join(', ');
    attempt(sqlite, [`INSERT INTO ${id(table)} (${list}) VALUES (${[key, ...cells].join(', ')})`]);
    if (dice.isOneIn(6)) attempt(sqlite, [`DELETE FROM ${id(table)} WHERE id = ${at}`]);
    if (dice.isOneIn(9)) sqlite.exec('ANALYZE');
  }
}
