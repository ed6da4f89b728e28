import type { Lineage } from '@varve/migrations';
import { SqliteError } from 'better-sqlite3';
import { type Problem, problemOf } from '../problem.ts';
import type { FoundFile } from '../walk-files.ts';
import { type ArchiveReading, prepareReading } from './archive-reading.ts';
import type { UnifiedWriter } from './unified-writer.ts';

/** SQLite attaches ten databases at most, and detaches one only after the transaction that read it. */
export const batchSize = 8;

interface BatchEntry {
  readonly file: FoundFile;
  readonly schema: string;
  readonly reading: ArchiveReading | undefined;
  readonly problem: Problem | undefined;
}

/**
 * Reads up to `batchSize` archives into the view in one transaction. An archive that cannot be read takes none of its
 * rows with it, is stored with its problem, and does not stop the others. Rows that a lens stumbles over are replayed:
 * what SQLite then says of the migrations is the truth about them.
 */
export function ingestBatch(
  writer: UnifiedWriter,
  files: readonly FoundFile[],
  lineage: Lineage,
  mustReplay = false,
): void {
  const batch = files.map((file, slot) => attach(writer, file, `archive${slot}`, lineage, mustReplay));
  const stumbled: FoundFile[] = [];
  try {
    const ingestAll = writer.sqlite.transaction(() => {
      for (const entry of batch) if (!ingest(writer, entry)) stumbled.push(entry.file);
    });
    ingestAll.immediate();
  } finally {
    for (const entry of batch) detach(writer, entry);
  }
  if (stumbled.length > 0) ingestBatch(writer, stumbled, lineage, true);
}

function attach(
  writer: UnifiedWriter,
  file: FoundFile,
  schema: string,
  lineage: Lineage,
  mustReplay: boolean,
): BatchEntry {
  let reading: ArchiveReading | undefined;
  try {
    reading = prepareReading(file.path, lineage, mustReplay);
    writer.attach(reading.source.path, schema);
    return { file, schema, reading, problem: undefined };
  } catch (error) {
    reading?.source.close();
    return { file, schema, reading: undefined, problem: problemOf(error, file.path) };
  }
}

/** False when the archive must be replayed. */
function ingest(writer: UnifiedWriter, { file, schema, reading, problem }: BatchEntry): boolean {
  if (problem) writer.writeProblem(file, problem);
  if (!reading) return true;
  try {
    // Inside a transaction, better-sqlite3 makes a transaction a savepoint.
    writer.sqlite.transaction(() => writer.writeArchive(file, reading, schema))();
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
  return error instanceof SqliteError && codes.some((code) => error.code.startsWith(code));
}

function detach(writer: UnifiedWriter, { schema, reading }: BatchEntry): void {
  if (!reading) return;
  try {
    writer.detach(schema);
  } finally {
    reading.source.close();
  }
}
