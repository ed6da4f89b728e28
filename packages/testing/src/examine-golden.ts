import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openUnified } from '@varve/aggregator';
import { type Archive, openArchive } from '@varve/core';
import { type ArchiveSource, openArchiveSource } from '@varve/core/internal';
import type { Lineage, TableModule } from '@varve/migrations';
import { unrepeatableTables } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import Database from 'better-sqlite3';
import { compareReadings } from './compare-readings.ts';
import { findMisfits } from './find-misfits.ts';
import { findRefusedRows } from './find-refused-rows.ts';
import type { GoldenProblem } from './golden-problem.ts';

/**
 * Reads a golden archive through its lens, by replay and in a unified view. Returns every cell on which they differ,
 * every row on which a migration fails, and every value that today's types refuse; empty when all is well. The archive
 * stays as it is.
 *
 * @example
 * ```ts
 * import { createSession } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 * import { examineGolden } from '@varve/testing';
 *
 * const path = createSession('live', { lineage, session: { agentName: 'support' } }).seal('golden');
 * console.log(await examineGolden(path, { lineage })); // []
 * ```
 */
export async function examineGolden(
  path: string,
  { lineage }: { readonly lineage: Lineage<TableModule> },
): Promise<GoldenProblem[]> {
  const workDir = mkdtempSync(join(tmpdir(), 'varve-golden-'));
  try {
    using lens = openArchive(path, { lineage });
    const problems = await compareWithLens(lens, lineage, workDir);
    return [...problems, ...findMisfits(lens.sqlite, lineage)];
  } catch (error) {
    return [problemOf(error)];
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

async function compareWithLens(
  lens: Archive,
  lineage: Lineage<TableModule>,
  workDir: string,
): Promise<GoldenProblem[]> {
  using unified = await openUnified(join(workDir, 'unified.db'), { lineage, archives: lens.path });
  const leftOut = unified.problems.map(({ code, message }) => ({ reason: `unified: ${code}: ${message}` }));
  let source: ArchiveSource;
  try {
    source = openArchiveSource(lens.path, { lineage, at: 'head' });
  } catch (error) {
    return [problemOf(error), ...findRefusedRows(lens.sqlite, lineage)];
  }
  const replay = new Database(source.path, { readonly: true });
  try {
    if (leftOut.length > 0) return leftOut;
    const unrepeatable = unrepeatableTables(lineage, lens.version);
    return compareReadings({ lens: lens.sqlite, replay, unified: unified.sqlite }, unrepeatable);
  } finally {
    replay.close();
    source.close();
  }
}

function problemOf(error: unknown): GoldenProblem {
  if (error instanceof VarveError) return { reason: `${error.code}: ${error.message}` };
  throw error;
}
