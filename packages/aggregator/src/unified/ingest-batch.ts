import { isSqliteError } from '@varve/migrations/internal';
import { type FoundFile, localPathOf, problemOfFile } from '../find/index.ts';
import type { Problem } from '../work/index.ts';
import type { ArchiveReader, ArchiveReading } from './archive-reader.ts';
import { isDamaged } from './is-damaged.ts';
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
  writer.lookForCopies(files);
  const batch = files.map((file, slot) => open(reader, file, `archive${slot}`, mustReplay));
  const stumbled: FoundFile[] = [];
  let damaged: Damaged | undefined;
  try {
    writer.write(() => {
      for (const entry of batch) if (!ingest(writer, entry)) stumbled.push(entry.file);
    });
  } catch (error) {
    damaged = attribute(error, writer);
  } finally {
    for (const { outcome } of batch) if ('reading' in outcome) outcome.reading.detach();
  }
  if (damaged) {
    const { file, problem } = damaged;
    // Apart from the others: it stays noted, whatever becomes of them.
    writer.write(() => writer.writeProblem(file, problem));
    const others = files.filter((other) => other !== file);
    if (others.length > 0) ingestBatch(writer, reader, others, mustReplay);
  } else if (stumbled.length > 0) ingestBatch(writer, reader, stumbled, true);
}

function open(reader: ArchiveReader, file: FoundFile, schema: string, mustReplay: boolean): BatchEntry {
  try {
    return { file, outcome: { reading: reader.open(localPathOf(file), schema, mustReplay) } };
  } catch (error) {
    return { file, outcome: { problem: problemOfFile(error, file) } };
  }
}

/** False when the archive must be replayed. @throws SpoiledBatch */
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
    if (isOfView(error)) throw error;
    if (!writer.sqlite.inTransaction || !isAboutRows(error)) throw new SpoiledBatch(file, reading, error);
    if (reading.lens) return false;
    writer.writeProblem(file, problemOfFile(error, file));
  }
  return true;
}

/**
 * What went wrong while one archive was read, and cost the whole transaction: after SQLITE_CORRUPT a connection refuses
 * every write, and the COMMIT, until all of it is rolled back; a savepoint does not do.
 */
class SpoiledBatch extends Error {
  readonly file: FoundFile;
  readonly reading: ArchiveReading;

  constructor(file: FoundFile, reading: ArchiveReading, cause: unknown) {
    super('the batch cannot go on', { cause });
    this.file = file;
    this.reading = reading;
  }
}

interface Damaged {
  readonly file: FoundFile;
  readonly problem: Problem;
}

/** The archive that is at fault. @throws what the view itself is at fault for */
function attribute(error: unknown, { sqlite }: UnifiedWriter): Damaged {
  if (!(error instanceof SpoiledBatch)) throw error;
  const { file, reading, cause } = error;
  if (!isDamaged(sqlite, reading.schema)) throw cause;
  return { file, problem: problemOfFile(cause, file) };
}

/** The archive is only read: where writing fails, it is the view that cannot be written. */
function isOfView(error: unknown): boolean {
  const codes = ['SQLITE_FULL', 'SQLITE_READONLY', 'SQLITE_IOERR_WRITE', 'SQLITE_IOERR_FSYNC'];
  return isSqliteError(error) && codes.some((code) => error.code.startsWith(code));
}

/** These cost the statement alone. */
const aboutRows = /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|TOOBIG)/;

function isAboutRows(error: unknown): boolean {
  return !isSqliteError(error) || aboutRows.test(error.code);
}
