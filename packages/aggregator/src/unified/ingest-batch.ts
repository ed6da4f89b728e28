import type { Lineage } from '@varve/migrations';
import { type ArchiveSource, openArchiveSource } from '../archive-source.ts';
import { type Problem, problemOf } from '../problem.ts';
import type { FoundFile } from '../walk-files.ts';
import type { UnifiedWriter } from './unified-writer.ts';

/** SQLite attaches ten databases at most, and detaches one only after the transaction that read it. */
export const batchSize = 8;

interface Attached {
  readonly file: FoundFile;
  readonly schema: string;
  readonly source: ArchiveSource | undefined;
  readonly problem: Problem | undefined;
}

/**
 * Reads up to `batchSize` archives into the view in one transaction. An archive that cannot be read takes none of its
 * rows with it, is stored with its problem, and does not stop the others.
 */
export function ingestBatch(writer: UnifiedWriter, files: readonly FoundFile[], lineage: Lineage): void {
  const batch = files.map((file, slot) => attach(writer, file, `archive${slot}`, lineage));
  try {
    const ingestAll = writer.sqlite.transaction(() => {
      for (const it of batch) ingest(writer, it);
    });
    ingestAll.immediate();
  } finally {
    for (const it of batch) detach(writer, it);
  }
}

function attach(writer: UnifiedWriter, file: FoundFile, schema: string, lineage: Lineage): Attached {
  let source: ArchiveSource | undefined;
  try {
    source = openArchiveSource(file.path, { lineage });
    writer.sqlite.prepare(`ATTACH ? AS ${schema}`).run(source.path);
    return { file, schema, source, problem: undefined };
  } catch (error) {
    source?.close();
    return { file, schema, source: undefined, problem: problemOf(error, file.path) };
  }
}

function ingest(writer: UnifiedWriter, { file, schema, source, problem }: Attached): void {
  if (problem) writer.writeProblem(file, problem);
  if (!source) return;
  try {
    // Inside a transaction, better-sqlite3 makes a transaction a savepoint.
    writer.sqlite.transaction(() => writer.writeArchive(file, source, schema))();
  } catch (error) {
    if (!writer.sqlite.inTransaction) throw error;
    writer.writeProblem(file, problemOf(error, file.path));
  }
}

function detach(writer: UnifiedWriter, { schema, source }: Attached): void {
  if (!source) return;
  try {
    writer.sqlite.exec(`DETACH ${schema}`);
  } finally {
    source.close();
  }
}
