import { readFileSync } from 'node:fs';
import { ledgerHeight, markUpgrade, replayMigrations } from '@varve/migrations/internal';
import {
  assertSound,
  type Database,
  durableFs,
  leftoverSuffixes,
  openDatabase,
  openImage,
  statOf,
} from '../file/index.ts';
import { identifyForReading, openPrivateCopy, openSource, type Source, withoutWal } from '../source/index.ts';
import { assertLossAccepted } from './assert-loss-accepted.ts';
import type { BuildUpgradedOptions, BuiltUpgrade } from './built-upgrade.ts';
import { verifyRows } from './verify-rows.ts';
import { findMissing, verifySchema } from './verify-schema.ts';

/** Runs the migrations in memory and writes what comes of it in one go. */
export function replayToMemory(copy: string, options: BuildUpgradedOptions): BuiltUpgrade {
  const original = withoutWal(readFileSync(options.path));
  const sqlite = openImage(original);
  try {
    const from = bringToHead(sqlite, options, () => openImageSource(original));
    const upgraded = sqlite.serialize();
    durableFs.stage(copy, upgraded);
    return { from, how: 'replayed', sizeBytes: upgraded.length };
  } finally {
    sqlite.close();
  }
}

function openImageSource(image: Buffer): Source {
  const sqlite = openImage(image);
  return { sqlite, copy: 'memory', detach: () => {}, close: () => sqlite.close() };
}

/** Runs the migrations on a copy, with what was left beside the original. */
export async function replayToFile(copy: string, options: BuildUpgradedOptions): Promise<BuiltUpgrade> {
  const { path, state } = options;
  for (const suffix of ['', ...leftoverSuffixes]) {
    if (suffix === '' || statOf(path + suffix)) await durableFs.copyAside(path + suffix, copy + suffix);
  }
  durableFs.chmod(copy, 0o600);
  const sqlite = openDatabase(copy);
  try {
    const from = bringToHead(sqlite, options, () => openSource(path, state));
    return { from, how: 'replayed', sizeBytes: Number(statOf(copy)?.size) };
  } finally {
    sqlite.close();
  }
}

/** Runs the migrations on a private copy, of a live file too, and throws it away. */
export function rehearseReplay(options: BuildUpgradedOptions): BuiltUpgrade {
  const copy = openPrivateCopy(options.path, options.state);
  try {
    const from = bringToHead(copy.sqlite, options, () => openSource(options.path, options.state));
    return { from, how: 'replayed', sizeBytes: sizeOf(copy.sqlite) };
  } finally {
    copy.close();
  }
}

function sizeOf(sqlite: Database): number {
  const sql = 'SELECT page_count * page_size FROM pragma_page_count, pragma_page_size';
  return sqlite.prepare<[], number>(sql).pluck().get() ?? 0;
}

function bringToHead(sqlite: Database, options: BuildUpgradedOptions, openOriginal: () => Source): number {
  const { lineage, path } = options;
  sqlite.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE');
  const from = identifyForReading(sqlite, lineage, { path, newer: 'refuse' });
  if (!options.isLossAccepted) assertLossAccepted(lineage, from, path);
  assertSound(sqlite, path);
  const lacked = findMissing(sqlite, lineage, from);
  const rowsBefore = ledgerHeight(sqlite, lineage);
  replayMigrations(sqlite, lineage, path);
  markUpgrade(sqlite, rowsBefore, lineage);
  sqlite.exec('PRAGMA journal_mode = DELETE');
  assertSound(sqlite, path);
  verifySchema(sqlite, lineage, lacked, path);
  verifyRows(sqlite, openOriginal, { ...options, version: from });
  return from;
}
