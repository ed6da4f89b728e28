import { availableParallelism } from 'node:os';
import { type FoundFile, fetchWindows, isRemote } from '../find/index.ts';
import { problemOf } from '../work/index.ts';
import { ArchiveReader } from './archive-reader.ts';
import { batchSize, ingestBatch } from './ingest-batch.ts';
import { eachInTurn, ingestOnWorkers } from './ingest-on-workers.ts';
import type { IngestOptions } from './ingest-options.ts';
import { type Batch, ReadAhead } from './read-ahead.ts';
import type { UnifiedWriter } from './unified-writer.ts';

/** Reads archives batch by batch, a transaction each; other work has its turn in between. */
export async function ingestFiles(
  writer: UnifiedWriter,
  files: readonly FoundFile[],
  options: IngestOptions,
): Promise<void> {
  const { onProgress } = options;
  const progress = { done: 0, total: files.length, bytesDone: 0, bytesTotal: sumSizes(files) };
  const onBatch = (batch: Batch) => {
    progress.done += batch.length;
    progress.bytesDone += sumSizes(batch);
    if (batch.length > 0) onProgress?.({ ...progress });
  };
  const [remote, local] = [files.filter(isRemote), files.filter((file) => !isRemote(file))];
  await ingestLocal(writer, local, { ...options, onBatch });
  for await (const window of fetchWindows(remote)) {
    using fetched = window;
    for (const { file, error } of fetched.failed) {
      writer.write(() => writer.writeProblem(file, problemOf(error, file.path)));
    }
    onBatch(fetched.failed.map(({ file }) => file));
    await ingestLocal(writer, fetched.files, { ...options, onBatch });
  }
}

interface LocalOptions extends IngestOptions {
  readonly onBatch: (batch: Batch) => void;
}

/** Of files that lie on this machine, at their paths or for a while. */
async function ingestLocal(
  writer: UnifiedWriter,
  files: readonly FoundFile[],
  options: LocalOptions,
): Promise<void> {
  const { lineage, onBatch } = options;
  const reader = new ArchiveReader(writer.sqlite, lineage);
  const readHere = (batch: Batch) => {
    ingestBatch(writer, reader, batch);
    onBatch(batch);
  };
  const forWorkers = new Set(files.filter((file) => isForWorkers(file, writer)));
  const workers = countWorkers(forWorkers.size, options);
  if (workers === 0) return eachInTurn(inBatches(files), readHere);
  await ingestOnWorkers(writer, inBatches([...forWorkers]), { lineage, workers, readHere, onBatch });
  const others = files.filter((file) => !forWorkers.has(file));
  await eachInTurn(inBatches(others), readHere);
}

/** A larger archive is better written once, straight into the view. */
const mostBytesForWorkers = 8 * 1024 ** 2;

/** Rows that the view has of an archive must be compared with what it holds now. */
function isForWorkers(file: FoundFile, { entries }: UnifiedWriter): boolean {
  return file.sizeBytes <= mostBytesForWorkers && !entries.find(file.path);
}

const fewestForWorkers = 1000;
const mostJobs = 4;

/** Beside this process, which reads as well. */
function countWorkers(archives: number, { lineage, jobs }: IngestOptions): number {
  // They cannot be passed to another process.
  if (Object.keys(lineage.functions).length > 0) return 0;
  if (jobs !== undefined) return Math.max(1, jobs) - 1;
  return archives < fewestForWorkers ? 0 : Math.min(availableParallelism(), mostJobs) - 1;
}

function inBatches(files: readonly FoundFile[]): ReadAhead {
  const starts = Array.from({ length: Math.ceil(files.length / batchSize) }, (_, at) => at * batchSize);
  return new ReadAhead(starts.map((start) => files.slice(start, start + batchSize)));
}

function sumSizes(files: readonly FoundFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
