import { setImmediate } from 'node:timers/promises';
import type { Lineage } from '@varve/migrations';
import type { FoundFile } from '../walk-files.ts';
import { ArchiveReader } from './archive-reader.ts';
import { batchSize, ingestBatch } from './ingest-batch.ts';
import type { UnifiedWriter } from './unified-writer.ts';

export interface UnifyProgress {
  /** Archives read so far, and to read at all. */
  readonly done: number;
  readonly total: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface IngestOptions {
  readonly lineage: Lineage;
  /** Called after each batch. */
  readonly onProgress?: (progress: UnifyProgress) => void;
}

/** Reads archives batch by batch, a transaction each; other work has its turn in between. */
export async function ingestFiles(
  writer: UnifiedWriter,
  files: readonly FoundFile[],
  { lineage, onProgress }: IngestOptions,
): Promise<void> {
  const total = files.length;
  const bytesTotal = sumSizes(files);
  const reader = new ArchiveReader(writer.sqlite, lineage);
  let bytesDone = 0;
  for (let done = 0; done < total; done += batchSize) {
    const batch = files.slice(done, done + batchSize);
    ingestBatch(writer, reader, batch);
    bytesDone += sumSizes(batch);
    onProgress?.({ done: Math.min(done + batchSize, total), total, bytesDone, bytesTotal });
    await setImmediate();
  }
}

function sumSizes(files: readonly FoundFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
