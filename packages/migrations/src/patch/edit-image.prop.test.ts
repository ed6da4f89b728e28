import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readLayout } from '../image/layout.ts';
import { findLedger } from '../ledger/find-ledger.ts';
import { defineLineage, type Lineage, lineageAt } from '../lineage/index.ts';
import { replayMigrations } from '../replay/replay.ts';
import { describeDatabase } from '../testing/describe-database.ts';
import { patchFile } from './patch-file.ts';
import { patchOf } from './patch-of.ts';
import { PatchRecipe } from './patch-recipe.ts';
import { prepareImage } from './prepare-pages.ts';

interface Sample {
  readonly pageSize: number;
  /** How long what is said of each table is, and what it holds. */
  readonly tables: readonly {
    readonly chars: number;
    readonly isGone: boolean;
    readonly rows: number;
    /** How long the default of the column is that it loses; 0 where it keeps it. */
    readonly lost: number;
    readonly added: number;
    /** Its rows are changed before it is given that column, or after. */
    readonly changed: 'no' | 'before' | 'after';
  }[];
  readonly made: readonly number[];
  /** Also tables that hold rows lose their column. */
  readonly losesValues: boolean;
  /** Else none of its tables is changed. */
  readonly changesRows: boolean;
}

const chars = fc.oneof(fc.nat(60), fc.nat(700), fc.nat(9000));
const samples: fc.Arbitrary<Sample> = fc.record({
  pageSize: fc.constantFrom(512, 1024, 4096, 65_536),
  tables: fc.array(
    fc.record({
      chars,
      isGone: fc.boolean(),
      rows: fc.nat(3),
      lost: fc.oneof(fc.constant(0), chars),
      added: fc.oneof(fc.constant(0), chars),
      changed: fc.constantFrom('no', 'before', 'after'),
    }),
    { minLength: 1, maxLength: 25 },
  ),
  made: fc.array(chars, { maxLength: 6 }),
  losesValues: fc.integer({ min: 0, max: 4 }).map((it) => it === 0),
  changesRows: fc.integer({ min: 0, max: 3 }).map((it) => it === 0),
});

/** Of a schema that is too long for the first page, and fits into one other. */
const onlyLeaf: Sample = {
  pageSize: 1024,
  tables: [
    { chars: 56, isGone: true, rows: 1, lost: 0, added: 0, changed: 'no' },
    { chars: 6, isGone: false, rows: 0, lost: 0, added: 1, changed: 'no' },
  ],
  made: [7],
  losesValues: false,
  changesRows: false,
};

const text = (length: number) => `'${'äx'.repeat(length / 2)}'`;

function lineageOf({ tables, made, losesValues, changesRows }: Sample): Lineage {
  const before = tables.flatMap(({ chars, lost, isGone }, at) => [
    `CREATE TABLE t${at} (id integer PRIMARY KEY, name text DEFAULT ${text(chars)} UNIQUE, lost text DEFAULT ${text(lost)})`,
    `CREATE INDEX i${at} ON t${at} (name)`,
    ...(isGone ? [`CREATE TABLE gone${at} (a text DEFAULT ${text(chars)})`] : []),
  ]);
  const gone = tables.flatMap(({ isGone }, at) => (isGone ? [`DROP TABLE gone${at}`] : []));
  const pending = tables.flatMap(({ added, lost, rows, changed }, at) => [
    ...(changesRows && changed === 'before' ? [`UPDATE t${at} SET name = name || '!' WHERE id % 2`] : []),
    ...(added > 0 ? [`ALTER TABLE t${at} ADD COLUMN added text DEFAULT ${text(added)}`] : []),
    ...(changesRows && changed === 'after' && added > 0
      ? [`UPDATE t${at} SET added = name WHERE id < 3`]
      : []),
    ...(lost > 0 && (losesValues || rows === 0) ? [`ALTER TABLE t${at} DROP COLUMN lost`] : []),
  ]);
  const creations = made.flatMap((length, at) => [
    `CREATE TABLE m${at} (id text PRIMARY KEY, a text DEFAULT ${text(length)})`,
    `CREATE INDEX mi${at} ON m${at} (a)`,
    `CREATE INDEX over${at} ON t0 (id, name${at % 2 ? ' DESC' : ''})`,
    `CREATE VIEW v${at} AS SELECT ${text(length)} AS long, id FROM m${at}`,
  ]);
  const migrations = [before, gone, ['SELECT 1', ...pending, ...creations]].map((statements, at) => {
    return { name: `m${at}`, createdAtMs: at + 1, sql: statements.join(';\n') || 'SELECT 1' };
  });
  return defineLineage({ name: 'texts', tables: {}, migrations });
}

function imageOf({ pageSize, tables }: Sample, lineage: Lineage): Buffer {
  const sqlite = new Database(':memory:');
  sqlite.exec(`PRAGMA page_size = ${pageSize}`);
  replayMigrations(sqlite, lineageAt(lineage, 2));
  for (const [at, { rows }] of tables.entries())
    for (let row = 0; row < rows; row++) sqlite.exec(`INSERT INTO t${at} (name) VALUES ('${row}')`);
  const image = sqlite.serialize();
  sqlite.close();
  return image;
}

function describe(sqlite: Database.Database): unknown {
  const entries = sqlite.prepare('SELECT rowid, type, name, tbl_name, sql FROM sqlite_schema').raw().all();
  return { all: describeDatabase(sqlite), entries, check: sqlite.pragma('integrity_check') };
}

/** With memory behind the bytes that is not clean, for as many pages as may be added. */
function patch(image: Buffer, lineage: Lineage, { isFit }: { isFit: boolean }) {
  const bytes = Buffer.alloc(image.length + 4 * 65_536, 0xa5).subarray(0, image.length);
  image.copy(bytes);
  const [layout, patch] = [readLayout(bytes), patchOf(lineage, 2)];
  if (!layout || !patch) throw new Error('there is nothing to patch');
  const { pages, isEdited, image: prepared } = prepareImage(bytes, layout, patch, { isFit });
  const sqlite = new Database(prepared);
  const recipe = new PatchRecipe(findLedger(sqlite, lineage));
  recipe.isFit = true;
  expect(patchFile(sqlite, lineage, 2, { recipe, pages, isEdited })).toBe(true);
  const described = describe(sqlite);
  sqlite.close();
  return { described, isEdited };
}

it('a schema that is written into the bytes of a file is the one that SQLite writes', () => {
  let edited = 0;
  const runs = 100;
  fc.assert(
    fc.property(samples, (sample) => {
      const lineage = lineageOf(sample);
      const image = imageOf(sample, lineage);
      const byBytes = patch(image, lineage, { isFit: true });
      if (byBytes.isEdited) edited++;
      const byStatements = patch(image, lineage, { isFit: false });
      expect(byStatements.isEdited).toBe(false);
      expect(byBytes.described).toEqual(byStatements.described);
    }),
    { numRuns: runs, endOnFailure: true, examples: [[onlyLeaf]] },
  );
  console.log(`${edited} of ${runs} by their bytes`);
  expect(edited).toBeGreaterThan(runs / 2);
}, 120_000);
