import { availableParallelism } from 'node:os';
import { type FileList, type FoundFile, fetchWindows } from '../find/index.ts';
import { problemOf } from '../work/index.ts';
import type { ArchiveOutcomes } from './archive-outcomes.ts';
import { ArchiveReader } from './archive-reader.ts';
import { batchSize, ingestBatch } from './ingest-batch.ts';
import { eachInTurn, ingestOnWorkers } from './ingest-on-workers.ts';
import type { IngestOptions } from './ingest-options.ts';
import { type FileLane, isForWorkers, lanesToRead } from './plan-refresh.ts';
import { type Batch, ReadAhead } from './read-ahead.ts';
import type { UnifiedWriter } from './unified-writer.ts';

/** Reads archives batch by batch, a transaction each; other work has its turn in between. Ends early where it is told to. */
export async function ingestFiles(
  writer: UnifiedWriter,
  files: FileList<FileLane>,
  options: IngestOptions,
  outcomes?: ArchiveOutcomes,
): Promise<void> {
  const { onProgress } = options;
  const all = files.count(lanesToRead);
  const progress = { done: 0, total: all.files, bytesDone: 0, bytesTotal: all.sizeBytes };
  const onBatch = (batch: Batch) => {
    progress.done += batch.length;
    progress.bytesDone += batch.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (batch.length > 0) onProgress?.({ ...progress });
    outcomes?.tellRead(batch);
  };
  const signal = outcomes?.signal;
  const reading = { ...options, onBatch, ...(signal && { signal }) };
  const local = { forWorkers: files.count(['workers']).files, list: (lanes: Lanes) => files.list(lanes) };
  await ingestLocal(writer, local, reading);
  if (signal?.aborted) return;
  for await (const window of fetchWindows(files.list(['remote', 'remote again']))) {
    using fetched = window;
    if (signal?.aborted) return;
    for (const { file, error } of fetched.failed) {
      writer.write(() => writer.writeProblem(file, problemOf(error, file.path)));
    }
    onBatch(fetched.failed.map(({ file }) => file));
    await ingestLocal(writer, divide(fetched.files, writer), reading);
  }
}

interface LocalOptions extends IngestOptions {
  readonly onBatch: (batch: Batch) => void;
  /** Aborted when no other batch is to be read. */
  readonly signal?: AbortSignal;
}

type Lanes = readonly ('workers' | 'here' | 'here again')[];

const here = ['here', 'here again'] as const;

/** Files that lie on this machine, at their paths or for a while. */
interface LocalFiles {
  /** How many. */
  readonly forWorkers: number;
  list(lanes: Lanes): Iterable<FoundFile>;
}

function divide(files: readonly FoundFile[], { entries }: UnifiedWriter): LocalFiles {
  const forWorkers = new Set(files.filter((file) => isForWorkers(file, entries.find(file.path))));
  const isOf = (lanes: Lanes, file: FoundFile) => lanes.includes(forWorkers.has(file) ? 'workers' : 'here');
  return { forWorkers: forWorkers.size, list: (lanes) => files.filter((file) => isOf(lanes, file)) };
}

async function ingestLocal(
  writer: UnifiedWriter,
  files: LocalFiles,
  { onBatch, ...options }: LocalOptions,
): Promise<void> {
  const reader = new ArchiveReader(writer.sqlite, options.lineage, options.newer);
  const readHere = (batch: Batch) => {
    ingestBatch(writer, reader, batch);
    onBatch(batch);
  };
  const batchesOf = (lanes: Lanes) => new ReadAhead(inBatches(files.list(lanes)));
  const workers = countWorkers(files.forWorkers, options);
  if (workers === 0) return eachInTurn(batchesOf(['workers', ...here]), readHere, options.signal);
  await ingestOnWorkers(writer, batchesOf(['workers']), { ...options, workers, readHere, onBatch });
  await eachInTurn(batchesOf(here), readHere, options.signal);
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

function* inBatches(files: Iterable<FoundFile>): Generator<Batch> {
  let batch: FoundFile[] = [];
  for (const file of files) {
    if (batch.push(file) < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
