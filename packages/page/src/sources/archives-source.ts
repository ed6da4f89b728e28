import { statSync } from 'node:fs';
import { type CountedArchive, census, type Problem } from '@varve/aggregator';
import { openArchive, type ReadingPlan, readSession, type SessionReader } from '@varve/core';
import type { Lineage } from '@varve/migrations';
import { readOriginalVersion } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { fileKey } from './file-key.ts';
import { type HeadShape, headShapeOf } from './head-shape.ts';
import type { OpenFile, Scan, SessionFile, SessionSource } from './session-source.ts';

/** Archives of any versions, and sessions that are being written, each read through its lens as it lies. */
export class ArchivesSource implements SessionSource {
  readonly kind = 'archives';
  readonly where: readonly string[];
  readonly lineage: Lineage;
  readonly shape: HeadShape;

  constructor(where: readonly string[], lineage: Lineage) {
    this.where = where;
    this.lineage = lineage;
    this.shape = headShapeOf(lineage);
  }

  scan(): Scan {
    const { archives, problems } = census(this.where, { lineage: this.lineage });
    const byPath = new Map(problems.map((problem) => [problem.path, problem]));
    const files = archives.map((archive) => toFile(archive, byPath.get(archive.path)));
    return { files, problems, isWhole: true };
  }

  open(file: SessionFile): OpenFile {
    return openFileOf(file, this.lineage);
  }

  close(): void {}
}

export function openFileOf(
  { path, sealing }: Pick<SessionFile, 'path' | 'sealing'>,
  lineage: Lineage,
): OpenFile {
  const reader = sealing === 'live' ? openLive(path, lineage) : openArchive(path, { lineage });
  const plan = 'plan' in reader ? (reader.plan as ReadingPlan) : null;
  const isOwnLedger = plan?.strategy !== 'replayed';
  return {
    sqlite: reader.sqlite,
    version: reader.version,
    originalVersion: isOwnLedger ? (readOriginalVersion(reader.sqlite, lineage) ?? reader.version) : null,
    plan,
    close: () => reader.close(),
  };
}

/** Beside its writer where it is at head, else a snapshot. Opened for moments only: a reader keeps it from being sealed. */
function openLive(path: string, lineage: Lineage): SessionReader {
  try {
    return readSession(path, { lineage });
  } catch (error) {
    if (!(error instanceof VarveError) || error.code !== 'SESSION_LIVE') throw error;
    return openArchive(path, { lineage });
  }
}

function toFile(
  { path, sizeBytes, version, sealing }: CountedArchive,
  problem: Problem | undefined,
): SessionFile {
  const beside = sealing === 'sealed' ? undefined : statSync(`${path}-wal`, { throwIfNoEntry: false });
  const own = statSync(path, { throwIfNoEntry: false });
  const modifiedAtMs = Math.max(own?.mtimeMs ?? 0, beside?.mtimeMs ?? 0);
  const size = sizeBytes + (beside?.size ?? 0);
  return {
    key: fileKey(path),
    path,
    sizeBytes: size,
    modifiedAtMs,
    version: version ?? null,
    sealing,
    code: problem?.code ?? null,
    fingerprint: `${size} ${modifiedAtMs} ${sealing}`,
  };
}
