import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openUnified } from '@varve/aggregator';
import { type Archive, openArchive, upgradeArchive } from '@varve/core';
import type { Lineage, TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { compareReadings } from './compare-readings.ts';
import { findMisfits } from './find-misfits.ts';
import { findRefusedRows } from './find-refused-rows.ts';
import type { GoldenProblem } from './golden-problem.ts';

/**
 * Reads a golden archive through its lens, by replay and in a unified view. Returns every cell on which they differ,
 * every row on which a migration fails, and every value that today's types refuse; empty when all is well. The archive
 * stays as it is.
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
  const [original, copy] = ['original', 'upgraded'].map((name) => {
    mkdirSync(join(workDir, name));
    return join(workDir, name, basename(lens.path));
  }) as [string, string];
  for (const to of [original, copy]) copyFileSync(lens.path, to);
  try {
    await upgradeArchive(copy, { lineage });
  } catch (error) {
    return [problemOf(error), ...findRefusedRows(lens.sqlite, lineage)];
  }
  using replay = openArchive(copy, { lineage });
  using unified = await openUnified(join(workDir, 'unified.db'), { lineage, archives: original });
  const leftOut = unified.problems.map(({ code, message }) => ({ reason: `unified: ${code}: ${message}` }));
  if (leftOut.length > 0) return leftOut;
  return compareReadings({ lens: lens.sqlite, replay: replay.sqlite, unified: unified.sqlite });
}

function problemOf(error: unknown): GoldenProblem {
  if (error instanceof VarveError) return { reason: `${error.code}: ${error.message}` };
  throw error;
}
