import { isSqliteError } from '@varve/migrations/internal';
import type { FoundFile } from '../find/walk-files.ts';
import { type Problem, problemOf } from '../work/problem.ts';
import type { ArchiveReader, ArchiveReading } from './archive-reader.ts';
import type { UnifiedWriter } from './unified-writer.ts';

/** SQLite attaches ten databases at most, and detaches one only after the transaction that read it. */
export const batchSize = 10;

interface BatchEntry {
  readonly file: FoundFile;
  readonly outcome: { readonly reading: ArchiveReading } | { readonly problem: Problem };
}

/**
 * Reads up to `batchSize` archives into the view in one transaction. An archive that cannot be read takes none of its
 * rows with it, is stored with its problem, and does not stop the others. Rows that a lens stumbles over are replayed:
 * what SQLite then says of the migrations is the truth about them.
 */
export function ingestBatch(
  writer: UnifiedWriter,
  reader: ArchiveReader,
  files: readonly FoundFile[],
  mustReplay = false,
): void {
  const batch = files.map((file, slot) => open(reader, file, `archive${slot}`, mustReplay));
  const stumbled: FoundFile[] = [];
  try {
    writer.write(() => {
      for (const entry of batch) if (!ingest(writer, entry)) stumbled.push(entry.file);
    });
  } finally {
    for (const { outcome } of batch) if ('reading' in outcome) outcome.reading.detach();
  }
  if (stumbled.length > 0) ingestBatch(writer, reader, stumbled, true);
}

function open(reader: ArchiveReader, file: FoundFile, schema: string, mustReplay: boolean): BatchEntry {
  try {
    return { file, outcome: { reading: reader.open(file.path, schema, mustReplay) } };
  } catch (error) {
    return { file, outcome: { problem: problemOf(error, file.path) } };
  }
}

/** False when the archive must be replayed. */
function ingest(writer: UnifiedWriter, { file, outcome }: BatchEntry): boolean {
  if ('problem' in outcome) {
    writer.writeProblem(file, outcome.problem);
    return true;
  }
  const { reading } = outcome;
  try {
    // Inside a transaction, better-sqlite3 makes a transaction a savepoint.
    writer.sqlite.transaction(() => writer.writeArchive(file, reading))();
  } catch (error) {
    if (isOfView(error) || !writer.sqlite.inTransaction) throw error;
    if (reading.lens) return false;
    writer.writeProblem(file, problemOf(error, file.path));
  }
  return true;
}

/** The archive is only read: where writing fails, it is the view that cannot be written. */
function isOfView(error: unknown): boolean {
  const codes = [
    'SQLITE_FULL',
    'SQLITE_READONLY',
    'SQLITE_NOMEM',
    'SQLITE_IOERR_WRITE',
    'SQLITE_IOERR_FSYNC',
  ];
  return isSqliteError(error) && codes.some((code) => error.code.startsWith(code));
}
