import {
  fusedSchema,
  fuseMigrations,
  fusionOf,
  headImage,
  identifyFile,
  isSqliteError,
  ledgerHeight,
  markUpgrade,
  replayMigrations,
} from '@varve/migrations/internal';
import { assertSound, type Database, durableFs, openDatabase, openImage, statOf } from '../file/index.ts';
import { attachThroughLink, isLeftInWal, openPrivateCopy } from '../source/index.ts';
import { assertLossAccepted } from './assert-loss-accepted.ts';
import type { BuildUpgradedOptions, BuiltUpgrade } from './built-upgrade.ts';
import { mismatchError } from './mismatch-error.ts';
import { verifyTables } from './verify-rows.ts';

/** Builds the file in memory and writes it in one go, or nowhere. Undefined where it must be replayed. */
export function fuseToMemory(
  copy: string | undefined,
  options: BuildUpgradedOptions,
): BuiltUpgrade | undefined {
  return withDatabase(openImage(headImage(options.lineage)), (sqlite) => {
    const from = fuse(sqlite, options);
    if (from === undefined) return undefined;
    const upgraded = sqlite.serialize();
    if (copy !== undefined) durableFs.stage(copy, upgraded);
    return { from, how: 'fused', sizeBytes: upgraded.length };
  });
}

/** Builds the file where it will be: memory is bounded. Undefined where it must be replayed; the file is gone then. */
export function fuseToFile(copy: string, options: BuildUpgradedOptions): BuiltUpgrade | undefined {
  durableFs.stage(copy, headImage(options.lineage));
  const from = withDatabase(openDatabase(copy), (sqlite) => {
    sqlite.exec('PRAGMA synchronous = OFF');
    return fuse(sqlite, options);
  });
  if (from !== undefined) return { from, how: 'fused', sizeBytes: Number(statOf(copy)?.size) };
  durableFs.remove(copy);
  return undefined;
}

function withDatabase<T>(sqlite: Database, work: (sqlite: Database) => T): T {
  try {
    return work(sqlite);
  } finally {
    sqlite.close();
  }
}

/** The version before; undefined where a replay must do it, or must say why it cannot be done. */
function fuse(sqlite: Database, options: BuildUpgradedOptions): number | undefined {
  const { lineage, path, isLossAccepted } = options;
  try {
    if (!attachOriginal(sqlite, options)) return undefined;
    // All that is read of the original is of one moment.
    sqlite.exec('PRAGMA foreign_keys = OFF; BEGIN');
    // The head file has no ledger yet, so that the name means the original's.
    const { state, version } = identifyFile(sqlite, lineage);
    if (state !== 'behind') return undefined;
    if (!isLossAccepted) assertLossAccepted(lineage, version, path);
    assertSound(sqlite, path, fusedSchema);
    const rowsBefore = ledgerHeight(sqlite);
    if (!fuseMigrations(sqlite, lineage, version)) return undefined;
    markUpgrade(sqlite, rowsBefore);
    assertSound(sqlite, path, 'main');
    verifyFused(sqlite, version, options);
    sqlite.exec('COMMIT');
    return version;
  } catch (error) {
    if (isSqliteError(error)) return undefined;
    throw error;
  }
}

/** False where it cannot be read as it lies. */
function attachOriginal(sqlite: Database, { path, state }: BuildUpgradedOptions): boolean {
  const attach = (file: string) => void sqlite.prepare(`ATTACH ? AS ${fusedSchema}`).run(file);
  const detach = () => void sqlite.exec(`DETACH ${fusedSchema}`);
  if (isLeftInWal(state)) return attachThroughLink(path, fusedSchema, { sqlite, attach, detach });
  attach(path);
  return true;
}

function verifyFused(
  sqlite: Database,
  from: number,
  { lineage, path, state, verify }: BuildUpgradedOptions,
): void {
  const counts = sqlite.prepare<[], [string, number, number]>(fusionOf(lineage, from)?.counts ?? '').raw();
  for (const [table, count, expected] of counts.all())
    if (count !== expected)
      throw mismatchError(`table ${table} has ${count} rows, not ${expected}`, { path, table });
  if (verify === 'counts') return;
  const copy = openPrivateCopy(path, state);
  try {
    copy.sqlite.exec('PRAGMA synchronous = OFF');
    replayMigrations(copy.sqlite, lineage, path);
    verifyTables(sqlite, copy.sqlite, { path, verify });
  } finally {
    copy.close();
  }
}
