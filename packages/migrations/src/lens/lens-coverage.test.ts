import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { type Lineage, lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { quoteIdentifier } from '../sql/sql-tokens.ts';
import { compareWithReplay } from '../testing/lineages/compare-with-replay.ts';
import { realisticLineages } from '../testing/lineages/realistic-lineages.ts';
import { type SampleTable, sampleTables } from '../testing/lineages/sample-schema.ts';
import { lineageOf } from '../testing/test-lineage.ts';
import { compileLens } from './compile-lens.ts';
import { traceLineage } from './trace-lineage.ts';

const functions = { shout: (text: unknown) => (text === null ? null : String(text).toUpperCase()) };
const lineages = Object.entries(realisticLineages).map(([name, migrations]): [string, Lineage] => [
  name,
  lineageOf(migrations, functions),
]);

/** Every version of every lineage. */
const versions = lineages.flatMap(([name, lineage]) =>
  lineage.migrations.map((_, at): [string, number, Lineage] => [name, at + 1, lineage]),
);

it('reads at least 97 of 100 tables of realistic lineages without a replay', () => {
  const counts = { identity: 0, view: 0, materialized: 0, replayed: 0 };
  for (const [, from, lineage] of versions) {
    const lens = compileLens(lineage, from);
    for (const table of lens.tables) counts[table.strategy] += 1;
    if (lens.refusal) counts.replayed += traceLineage(lineage).shapes.at(-1)?.tables.size ?? 0;
  }
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  expect(1 - counts.replayed / all).toBeGreaterThanOrEqual(0.97);
  expect(counts.materialized / all).toBeLessThan(0.2);
  console.log(counts);
});

it.each(versions)('reads a file of %s at version %i as a replay leaves it', (_name, from, lineage) => {
  const comparison = compareWithReplay({ lineage, from, image: imageAt(lineage, from), queryThrows: [] });
  expect(comparison.outcome === 'different' ? comparison.difference : comparison.outcome).toBe('same');
});

/** Three rows for each table, made for its types; JSON among the texts. */
function imageAt(lineage: Lineage, version: number): Buffer {
  const sqlite = new Database(':memory:');
  try {
    replayMigrations(sqlite, lineageAt(lineage, version));
    sqlite.pragma('foreign_keys = OFF');
    for (const table of sampleTables(sqlite)) for (const row of [1, 2, 3]) sqlite.exec(insertSql(table, row));
    return sqlite.serialize();
  } finally {
    sqlite.close();
  }
}

function insertSql({ name, columns }: SampleTable, row: number): string {
  const values = columns.map((column, at) => {
    if (!column.isNotNull && !column.isKey && (row + at) % 3 === 0) return 'NULL';
    if (/int/i.test(column.type)) return `${row + 100}`;
    if (/real/i.test(column.type)) return `${row}.5`;
    return row === 1 ? `'["x","row 1"]'` : `' text ${row}@example.com '`;
  });
  const names = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  return `INSERT INTO ${quoteIdentifier(name)} (${names}) VALUES (${values.join(', ')})`;
}
