import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import type { Lineage } from '../lineage/index.ts';
import { countReferenceViolations, newViolations } from '../replay/reference-violations.ts';
import { replayMigrations } from '../replay/replay.ts';
import { describeDatabase } from '../testing/describe-database.ts';
import { type KeepingSample, keepingSamples } from '../testing/lineages/keeping-samples.ts';
import { isMisfit } from './is-misfit.ts';
import { patchFile } from './patch-file.ts';
import { patchOf } from './patch-of.ts';

const isDeep = process.env.VARVE_DEEP === '1';
const lineageCount = isDeep ? 2_000 : 100;
const dir = mkdtempSync(join(tmpdir(), 'varve-rebuilds-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** All that there is, hidden rowids, counters and statistics too, and what SQLite says of it. */
function describe(sqlite: Database.Database): unknown {
  const rowids = sqlite
    .prepare<[], string>(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr = 0`,
    )
    .pluck()
    .all();
  const own = sqlite
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE name IN ('sqlite_sequence', 'sqlite_stat1')`)
    .pluck()
    .all();
  return {
    all: describeDatabase(sqlite, new Set(rowids.filter((name) => !name.startsWith('sqlite')))),
    own: own.map((name) => [name, sqlite.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).raw().all()]),
    integrity: sqlite.pragma('integrity_check'),
    orphans: countReferenceViolations(sqlite),
  };
}

function replay({ lineage, image }: KeepingSample): unknown {
  const copy = new Database(image);
  try {
    replayMigrations(copy, lineage);
    return describe(copy);
  } catch (error) {
    return (error as Error).message;
  } finally {
    copy.close();
  }
}

/** Whoever patches asks SQLite whether rows fit. */
function holdsMisfits(sqlite: Database.Database, lineage: Lineage, from: number): boolean {
  const findings = sqlite.prepare<[], string>('PRAGMA quick_check(1)').pluck().all();
  return findings.some((finding) => isMisfit(finding, patchOf(lineage, from) ?? { demanding: new Set() }));
}

/** Undefined where the patch is declined, or a row is in its way. */
function patch({ lineage, from, image }: KeepingSample): unknown {
  const path = join(dir, 'old.db');
  writeFileSync(path, image);
  const sqlite = new Database(path);
  try {
    const before = countReferenceViolations(sqlite, patchOf(lineage, from)?.children.before);
    if (!patchFile(sqlite, lineage, from)) return undefined;
    const after = countReferenceViolations(sqlite, patchOf(lineage, from)?.children.after);
    if (newViolations(before, after).length > 0) return undefined;
    return holdsMisfits(sqlite, lineage, from) ? undefined : describe(sqlite);
  } catch {
    return undefined;
  } finally {
    sqlite.close();
  }
}

function keepsRows({ lineage, from }: KeepingSample): boolean {
  const batches = patchOf(lineage, from)?.batches ?? [];
  return batches.some((batch) => batch.kind === 'edit' && batch.alterations.some((it) => it.renewed));
}

it('a rebuild that keeps its rows where they lie leaves what a replay leaves', { timeout: 3_600_000 }, () => {
  let [kept, patched] = [0, 0];
  fc.assert(
    fc.property(keepingSamples(), (sample) => {
      if (!keepsRows(sample)) return;
      kept++;
      const found = patch(sample);
      if (found === undefined) return;
      patched++;
      expect(found).toEqual(replay(sample));
    }),
    {
      numRuns: lineageCount,
      endOnFailure: true,
    },
  );
  console.log(`${kept} of ${lineageCount} keep rows, ${patched} patched`);
  expect(patched / lineageCount).toBeGreaterThan(0.2);
});
