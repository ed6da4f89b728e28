import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { defineLineage } from '../../lineage/define-lineage.ts';
import { type Lineage, lineageAt } from '../../lineage/lineage.ts';
import { applyMigration } from '../../replay/apply-migration.ts';
import { replayMigrations } from '../../replay/replay.ts';
import { quoteIdentifier } from '../../sql/sql-tokens.ts';
import { Dice } from './dice.ts';
import { pickLiteral } from './literals.ts';
import { sampleTables } from './sample-schema.ts';
import { sampleChanges } from './sample-statements.ts';
import { createTable } from './sample-tables.ts';

/** A lineage, a version, rows for a file of that version, and choices for queries at head. */
export interface LineageSample {
  readonly lineage: Lineage;
  readonly from: number;
  /** INSERT statements; those that a constraint rejects were left out. */
  readonly rows: readonly string[];
  /** The bytes of such a file. */
  readonly image: Buffer;
  readonly queryThrows: readonly (readonly number[])[];
}

interface Throws {
  readonly tables: readonly (readonly number[])[];
  readonly changes: readonly (readonly number[])[];
  readonly from: number;
  readonly rows: readonly (readonly number[])[];
  readonly queries: readonly (readonly number[])[];
  readonly encoding: number;
}

const throws = (maxLength: number) => fc.array(fc.nat(9999), { maxLength, size: 'max' });

/** Every sample is valid: each statement is written against the tables that exist by then, and kept if SQLite takes it. */
export function lineageSamples(size: 'small' | 'large' = 'small'): fc.Arbitrary<LineageSample> {
  const most = size === 'small' ? 8 : 25;
  // Without fast-check's bias to few and small numbers, which makes every change and every query the first of its list.
  return fc
    .noBias(
      fc.record({
        tables: fc.array(throws(40), { minLength: 1, maxLength: 3 }),
        changes: fc.array(throws(60), { minLength: 1, maxLength: most, size: 'max' }),
        from: fc.nat(99),
        rows: fc.array(throws(12), { maxLength: 12, size: 'max' }),
        queries: fc.array(throws(30), { minLength: 2, maxLength: 3 }),
        encoding: fc.nat(11),
      }),
    )
    .map(buildSample)
    .filter((sample) => sample !== undefined);
}

export const sampleFunctions = {
  double: (value: unknown) => (typeof value === 'number' ? value * 2 : (value as null)),
};

/**
 * Undefined where no file of that version can be: what a statement makes of `last_insert_rowid()`, or of a rowid given
 * out at random, is another thing when all migrations are replayed than when it was written and tried.
 */
function buildSample(chosen: Throws): LineageSample | undefined {
  const scripts = buildScripts(chosen);
  const lineage = defineLineage({
    name: 'sample',
    tables: {},
    functions: sampleFunctions,
    migrations: scripts.map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 })),
  });
  const from = 1 + (chosen.from % Math.max(1, scripts.length - 1));
  const file = buildFile(chosen, lineage, from);
  if (!file) return undefined;
  const sample = { lineage, from, ...file, queryThrows: chosen.queries };
  return { ...sample, [fc.toStringMethod]: () => describeSample(sample) } as LineageSample;
}

/** The first migration makes the tables; each that follows is one change of them. */
function buildScripts({ tables, changes }: Throws): string[] {
  const sqlite = new Database(':memory:');
  try {
    sqlite.pragma('foreign_keys = OFF');
    sqlite.function('double', { deterministic: true }, sampleFunctions.double as (value: unknown) => unknown);
    const first = tables.flatMap((dice) =>
      tryStatements(sqlite, createTable(new Dice(dice), noTable, sampleTables(sqlite))),
    );
    const later = changes.map((dice) => {
      const thrown = new Dice(dice);
      const change = thrown.pick(sampleChanges);
      const existing = sampleTables(sqlite);
      return tryStatements(sqlite, change(thrown, thrown.pick(existing), existing));
    });
    return [first, ...later].filter((statements) => statements.length > 0).map((it) => `${it.join(';\n')};`);
  } finally {
    sqlite.close();
  }
}

const noTable = { name: '', sql: '', isStrict: false, columns: [] };

/** Runs a change as replay would; leaves nothing of one that fails or breaks references. */
function tryStatements(sqlite: Database.Database, statements: string[]): string[] {
  try {
    sqlite.transaction(() => {
      const change = { name: 'change', sql: `${statements.join(';\n')};`, createdAtMs: 0 };
      applyMigration(sqlite, change, { lineage: {} });
      const orphans = sqlite.pragma('foreign_key_check') as unknown[];
      if (orphans.length > 0) throw new Error('the change leaves rows without a parent');
    })();
    return statements;
  } catch {
    return [];
  }
}

function buildFile({ rows: throwsOfRows, encoding }: Throws, lineage: Lineage, from: number) {
  const sqlite = new Database(':memory:');
  try {
    sqlite.pragma(`encoding = '${encodings[encoding] ?? 'UTF-8'}'`);
    if (!canReplay(sqlite, lineageAt(lineage, from))) return undefined;
    sqlite.pragma('foreign_keys = OFF');
    const tables = sampleTables(sqlite);
    const rows = (tables.length === 0 ? [] : throwsOfRows).flatMap((thrown, row) => {
      const dice = new Dice(thrown);
      const table = dice.pick(tables);
      const columns = table.columns.filter((column) => !column.isGenerated);
      const values = columns.map((column) =>
        column.isKey && dice.below(4) > 0 ? String(row + 1) : pickLiteral(dice),
      );
      const names = columns.map((column) => quoteIdentifier(column.name)).join(', ');
      const insert = `INSERT INTO ${quoteIdentifier(table.name)} (${names}) VALUES (${values.join(', ')})`;
      return tryStatements(sqlite, [insert]);
    });
    return { rows, image: sqlite.serialize() };
  } finally {
    sqlite.close();
  }
}

const encodings = ['UTF-16le', 'UTF-16be'];

function canReplay(sqlite: Database.Database, lineage: Lineage): boolean {
  try {
    replayMigrations(sqlite, lineage);
    return true;
  } catch (error) {
    if (error instanceof VarveError) return false;
    throw error;
  }
}

function describeSample({ lineage, from, rows }: Omit<LineageSample, 'queryThrows' | 'image'>): string {
  const migrations = lineage.migrations.map(({ name, sql }, at) => {
    const file =
      at === from
        ? `-- a file of version ${from} holds:\n${rows.map((row) => `--   ${row}`).join('\n')}\n`
        : '';
    return `${file}-- ${name}\n${sql}`;
  });
  return `\n${migrations.join('\n')}\n`;
}
