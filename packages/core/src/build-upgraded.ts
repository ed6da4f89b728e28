import { readFileSync } from 'node:fs';
import { type Lineage, replayMigrations } from '@varve/migrations';
import { assertLossAccepted } from './assert-loss-accepted.ts';
import { durableFs } from './durable-fs.ts';
import { type FileAtRest, leftoverSuffixes, statOf } from './file-state.ts';
import { identifyForReading } from './identify-for-reading.ts';
import { type Database, openDatabase, openImage } from './open-database.ts';
import { openSource, type Source } from './open-source.ts';
import { openPrivateCopy, withoutWal } from './private-copy.ts';
import { assertSound } from './seal.ts';
import { type UpgradeVerification, verifyRows } from './verify-rows.ts';
import { findMissing, verifySchema } from './verify-schema.ts';

/** Up to this size a file is upgraded in memory; several threads do so at once. */
const memoryLimitBytes = 8 * 1024 * 1024;

export interface BuildUpgradedOptions {
  readonly lineage: Lineage;
  readonly path: string;
  readonly state: FileAtRest;
  readonly verify: UpgradeVerification;
  readonly isLossAccepted: boolean;
}

export interface BuiltUpgrade {
  /** The version before. */
  readonly from: number;
  readonly how: 'memory' | 'file';
  readonly sizeBytes: number;
}

/**
 * Writes a copy of a file, with what was left beside it, brought to head and checked. Nobody waits for the copy to be
 * durable yet, and if it fails it is thrown away: it needs no journal.
 */
export async function buildUpgraded(copy: string, options: BuildUpgradedOptions): Promise<BuiltUpgrade> {
  const { path, state } = options;
  if (state.leftovers.length === 0 && state.header.sizeBytes <= memoryLimitBytes)
    return buildInMemory(copy, options);
  for (const suffix of ['', ...leftoverSuffixes]) {
    if (suffix === '' || statOf(path + suffix)) await durableFs.copyAside(path + suffix, copy + suffix);
  }
  durableFs.chmod(copy, 0o600);
  const sqlite = openDatabase(copy);
  try {
    const from = bringToHead(sqlite, options, () => openSource(path, state));
    return { from, how: 'file', sizeBytes: Number(statOf(copy)?.size) };
  } finally {
    sqlite.close();
  }
}

function buildInMemory(copy: string, options: BuildUpgradedOptions): BuiltUpgrade {
  const original = withoutWal(readFileSync(options.path));
  const sqlite = openImage(original);
  try {
    const from = bringToHead(sqlite, options, () => openImageSource(original));
    const upgraded = sqlite.serialize();
    durableFs.stage(copy, upgraded);
    return { from, how: 'memory', sizeBytes: upgraded.length };
  } finally {
    sqlite.close();
  }
}

function openImageSource(image: Buffer): Source {
  const sqlite = openImage(image);
  return { sqlite, copy: 'memory', detach: () => {}, close: () => sqlite.close() };
}

/** Does all of an upgrade on a private copy and throws it away; a live file is copied beside its writer. */
export function rehearseBuild(options: BuildUpgradedOptions): BuiltUpgrade {
  const copy = openPrivateCopy(options.path, options.state);
  try {
    const from = bringToHead(copy.sqlite, options, () => openSource(options.path, options.state));
    return { from, how: copy.copy === 'memory' ? 'memory' : 'file', sizeBytes: sizeOf(copy.sqlite) };
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
  sqlite.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF');
  const from = identifyForReading(sqlite, lineage, { path, newer: 'refuse' });
  if (!options.isLossAccepted) assertLossAccepted(lineage, from, path);
  const lacked = findMissing(sqlite, lineage, from);
  replayMigrations(sqlite, lineage, path);
  sqlite.exec('PRAGMA journal_mode = DELETE');
  assertSound(sqlite, path);
  verifySchema(sqlite, lineage, lacked, path);
  verifyRows(sqlite, openOriginal(), { ...options, version: from });
  return from;
}
