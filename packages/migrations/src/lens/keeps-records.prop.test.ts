import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { replayMigrations } from '../replay/replay.ts';
import { quoteIdentifier } from '../sql/sql-tokens.ts';
import { type KeepingSample, keepingSamples } from '../testing/lineages/keeping-samples.ts';
import { lineageSamples } from '../testing/lineages/sample-lineage.ts';
import { compileLens } from './compile-lens.ts';
import type { LensTable } from './lens.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const lineageCount = isDeep ? 20_000 : 80;

function replayed({ image, lineage }: KeepingSample): Database.Database | undefined {
  const copy = new Database(image);
  try {
    replayMigrations(copy, lineage);
    return copy;
  } catch {
    copy.close();
    return undefined;
  }
}

/** The cells of a table, without the help of an index. */
function cellsOf(sqlite: Database.Database, name: string): unknown[] {
  const columns = sqlite.pragma(`table_xinfo(${quoteIdentifier(name)})`) as { name: string }[];
  const cells = columns.map((column) => `quote(${quoteIdentifier(column.name)})`).join(", ' ', ");
  const query = sqlite.prepare(`SELECT concat(${cells}) FROM ${quoteIdentifier(name)} NOT INDEXED`);
  return query.pluck().all().sort();
}

/**
 * The file with the rows of one of its tables as they lie, under the text and the name that the table has at head. Of the
 * indexes that its constraints make there is nothing but the names: none is read.
 */
function underHeadsText(
  { image }: KeepingSample,
  { name, wholeOf = '' }: LensTable,
  copy: Database.Database,
) {
  const texts = copy.prepare<[string], [string | null, string, string]>(
    `SELECT sql, type, name FROM sqlite_schema WHERE tbl_name = ? AND (type = 'table' OR sql IS NULL)`,
  );
  const entries = texts.raw().all(name);
  const file = new Database(image);
  file.unsafeMode(true);
  file.exec('PRAGMA writable_schema = ON');
  file
    .prepare(`DELETE FROM sqlite_schema WHERE NOT (type = 'table' AND name = ? COLLATE NOCASE)`)
    .run(wholeOf);
  const [table] = entries.find(([, type]) => type === 'table') ?? [];
  file.prepare('UPDATE sqlite_schema SET name = @name, tbl_name = @name, sql = @table').run({ name, table });
  const add = file.prepare(`INSERT INTO sqlite_schema VALUES ('index', ?, ?, ?, NULL)`);
  for (const [at, [, , index]] of entries.filter(([, type]) => type === 'index').entries())
    add.run(index, name, at + 2);
  file.exec('PRAGMA writable_schema = RESET');
  return file;
}

/** How many tables with rows were compared that are not what they were. */
function compareKept(sample: KeepingSample): number {
  const kept = compileLens(sample.lineage, sample.from).tables.filter((table) => table.keepsRecords);
  const copy = kept.length > 0 ? replayed(sample) : undefined;
  if (!copy) return 0;
  const text = copy.prepare<[string], string>(
    `SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`,
  );
  const compared = kept.filter((table) => {
    // A table without rowids keeps them under its own text alone, and may be read by an index whatever is said.
    if (/^CREATE VIRTUAL|WITHOUT ROWID/i.test(text.pluck().get(table.name) ?? '')) return false;
    const file = underHeadsText(sample, table, copy);
    const cells = cellsOf(copy, table.name);
    expect([table.name, cellsOf(file, table.name)]).toEqual([table.name, cells]);
    file.close();
    return cells.length > 0 && table.strategy !== 'identity';
  });
  copy.close();
  return compared.length;
}

it.each([
  ['any lineages', () => lineageSamples(isDeep ? 'large' : 'small'), isDeep],
  ['lineages of rebuilds', keepingSamples, true],
])(
  'says only of tables that they keep their records whose bytes under the text of head are the cells of a replay: %s',
  {
    timeout: 3_600_000,
  },
  (title, samples, isCounted) => {
    let compared = 0;
    fc.assert(
      fc.property(samples(), (sample) => {
        compared += compareKept(sample);
      }),
      { numRuns: lineageCount, endOnFailure: true },
    );
    console.log(`${title}: ${compared} tables in ${lineageCount} lineages`);
    expect(compared > 0 || !isCounted).toBe(true);
  },
);

it('says only of tables that they are empty to which no pending statement gives rows', () => {
  fc.assert(
    fc.property(lineageSamples('small'), (sample) => {
      const empty = compileLens(sample.lineage, sample.from).tables.filter((table) => table.isEmpty);
      const copy = empty.length > 0 ? replayed(sample) : undefined;
      for (const { name } of copy ? empty : [])
        expect([name, copy && cellsOf(copy, name)]).toEqual([name, []]);
      copy?.close();
    }),
    { numRuns: 40, endOnFailure: true },
  );
});
