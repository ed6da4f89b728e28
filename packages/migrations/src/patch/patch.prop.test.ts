import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { readLayout } from '../image/layout.ts';
import { findLedger } from '../ledger/find-ledger.ts';
import type { Lineage } from '../lineage/index.ts';
import { countReferenceViolations, newViolations } from '../replay/reference-violations.ts';
import { replayMigrations } from '../replay/replay.ts';
import { splitStatements } from '../sql/index.ts';
import { describeDatabase } from '../testing/describe-database.ts';
import { isDecidedByChance } from '../testing/lineages/is-decided-by-chance.ts';
import { type LineageSample, lineageSamples } from '../testing/lineages/sample-lineage.ts';
import { isMisfit } from './is-misfit.ts';
import { patchFile } from './patch-file.ts';
import { patchOf } from './patch-of.ts';
import { PatchRecipe } from './patch-recipe.ts';
import { prepareImage } from './prepare-pages.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const lineageCount = isDeep ? 2_000 : 80;
const dir = mkdtempSync(join(tmpdir(), 'varve-patch-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error as Error;
  }
}

/** All that there is, and what SQLite itself counts: what AUTOINCREMENT has given out. */
function describe(sqlite: Database.Database): unknown {
  const has = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`).get();
  const counters = has
    ? sqlite.prepare('SELECT name, seq FROM sqlite_sequence ORDER BY name').all()
    : undefined;
  return { all: describeDatabase(sqlite), counters, check: sqlite.pragma('quick_check') };
}

/** Whoever patches asks SQLite whether rows fit. */
function holdsMisfits(sqlite: Database.Database, lineage: Lineage, from: number): boolean {
  const findings = sqlite.prepare<[], string>('PRAGMA quick_check(1)').pluck().all();
  return findings.some((finding) => isMisfit(finding, patchOf(lineage, from) ?? { demanding: new Set() }));
}

/** Of how many the schema was written before SQLite read it. */
let edited = 0;

type Way = 'file' | 'as written' | 'unchecked' | 'memory' | 'known';

/**
 * What a patch makes of the file as it lies, with UPDATEs joined or as they are written, or with none to check it afterwards; of
 * its bytes in memory, or of them as those of a file like another; undefined where it is declined or fails.
 */
function patchIn(way: Way, { lineage, from, image }: LineageSample): unknown {
  const path = join(dir, 'old.db');
  writeFileSync(path, image);
  const before = new Database(image);
  const recipe =
    way === 'memory' ? new PatchRecipe(findLedger(before, lineage)) : recipeOfAnother(lineage, from, image);
  const prepared =
    way === 'memory' || way === 'known' ? prepare({ lineage, from, image }, recipe) : undefined;
  if (prepared?.isEdited) edited++;
  const patched = new Database(prepared?.image ?? path);
  try {
    const isChecked = way !== 'unchecked';
    const patch = patchOf(lineage, from, { updates: way === 'as written' ? way : 'joined', isChecked });
    const options = {
      patch,
      recipe,
      ...(prepared && { pages: prepared.pages, isEdited: prepared.isEdited }),
    };
    if (attempt(() => patchFile(patched, lineage, from, options)) !== true) return undefined;
    // Whoever patches looks at references, as a replay does.
    const lost = newViolations(countReferenceViolations(before), countReferenceViolations(patched));
    if (lost.length > 0 || (isChecked && holdsMisfits(patched, lineage, from))) return undefined;
    return describe(patched);
  } finally {
    before.close();
    patched.close();
  }
}

/** What a file of the same schema, that has no rows, was found to need. */
function recipeOfAnother(lineage: LineageSample['lineage'], from: number, image: Buffer): PatchRecipe {
  const other = new Database(image);
  try {
    other.pragma('foreign_keys = OFF');
    const tables = other
      .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
      .pluck()
      .all();
    for (const table of tables.filter((name) => !/^(sqlite_|__)/.test(name)))
      attempt(() => other.exec(`DELETE FROM "${table}"`));
    const recipe = new PatchRecipe(findLedger(other, lineage));
    attempt(() => patchFile(other, lineage, from, { recipe, pages: new Map() }));
    return recipe;
  } finally {
    other.close();
  }
}

function prepare(
  { lineage, from, image }: Pick<LineageSample, 'lineage' | 'from' | 'image'>,
  recipe: PatchRecipe,
) {
  const bytes = Buffer.alloc(image.length + 64 * 4096).subarray(0, image.length);
  image.copy(bytes);
  const [layout, patch] = [readLayout(bytes), patchOf(lineage, from)];
  return layout && patch && prepareImage(bytes, layout, patch, recipe);
}

function replay({ lineage, image }: LineageSample): unknown {
  const copy = new Database(image);
  try {
    const done = attempt(() => replayMigrations(copy, lineage));
    return done instanceof Error ? done.message : describe(copy);
  } finally {
    copy.close();
  }
}

it('a patch makes the file that a replay makes: the same objects, cells, ledger and counters', {
  timeout: 3_600_000,
}, () => {
  let compared = 0;
  fc.assert(
    fc.property(lineageSamples(isDeep ? 'large' : 'small'), (sample) => {
      const patched = patchIn('file', sample);
      const others = (['as written', 'unchecked', 'memory', 'known'] as const).map((way) =>
        patchIn(way, sample),
      );
      if (patched === undefined) expect(others).toEqual([undefined, undefined, undefined, undefined]);
      if (patched === undefined) return;
      compared++;
      const replayed = replay(sample);
      for (const made of [patched, ...others]) {
        if (isDeepStrictEqual(made, replayed)) continue;
        if (!isDecidedByChance(sample)) expect(made).toEqual(replayed);
      }
    }),
    {
      numRuns: lineageCount,
      endOnFailure: true,
    },
  );
  console.log(`${compared} of ${lineageCount} patched, ${edited} by their bytes`);
  expect(edited).toBeGreaterThan(0);
  expect(compared / lineageCount).toBeGreaterThan(0.1);
});

const disturbances = [
  'UPDATE sqlite_sequence SET seq = seq + 5',
  "INSERT INTO sqlite_sequence SELECT 'gone', max(seq) FROM sqlite_sequence",
  'PRAGMA legacy_alter_table = ON',
  "DELETE FROM sqlite_sequence WHERE name = 'gone'",
  'PRAGMA legacy_alter_table = OFF',
];

/** The same, with counters set and tables altered the old way in between; undefined where nothing is counted. */
function disturbed(sample: LineageSample, first: number): LineageSample | undefined {
  const { lineage, from, image } = sample;
  if (!image.includes('sqlite_sequence')) return undefined;
  let next = first;
  const migrations = lineage.migrations.map((migration, at) => {
    if (at < from) return migration;
    const statements = splitStatements(migration.sql).map(({ text }) => text);
    const sql = statements.flatMap((text) => [text, disturbances[next++ % disturbances.length]]).join(';\n');
    return { ...migration, sql };
  });
  return { ...sample, lineage: { ...lineage, migrations } };
}

it('so it does where migrations set counters, and alter tables the old way', { timeout: 3_600_000 }, () => {
  let compared = 0;
  fc.assert(
    fc.property(lineageSamples('small'), fc.nat(4), (plain, first) => {
      const sample = disturbed(plain, first);
      if (!sample || isDecidedByChance(sample)) return;
      const patched = patchIn('file', sample);
      if (patched === undefined) return;
      compared++;
      const replayed = replay(sample);
      expect(patched).toEqual(replayed);
      expect(patchIn('memory', sample)).toEqual(replayed);
    }),
    { numRuns: 2 * lineageCount },
  );
  expect(compared).toBeGreaterThan(lineageCount / 20);
});
