import { setImmediate } from 'node:timers/promises';
import { makePrivateDir, removePrivateDir } from '@varve/core/internal';
import type { FoundFile } from '../find/index.ts';
import { crashProblem, runOnWorkers } from '../work/index.ts';
import { readHeadTables } from './head-tables.ts';
import type { IngestOptions } from './ingest-options.ts';
import { type PartSettings, partsInTurn } from './part.ts';
import { PartMerger } from './part-merger.ts';
import type { Batch, ReadAhead } from './read-ahead.ts';
import type { UnifiedWriter } from './unified-writer.ts';

export interface WorkerIngestOptions extends Pick<IngestOptions, 'lineage' | 'newer'> {
  readonly workers: number;
  /** Reads a batch in this process. */
  readonly readHere: (batch: Batch) => void;
  /** Called after each batch that a worker has read. */
  readonly onBatch: (batch: Batch) => void;
  /** Aborted when no other batch is to be read. */
  readonly signal?: AbortSignal;
}

const script = new URL(
  import.meta.url.endsWith('.ts') ? './part-worker.ts' : './part-worker.js',
  import.meta.url,
);

/**
 * Reads new archives in this process and on workers beside it, whose parts it takes over in the order in which they are
 * done. An archive that kills its worker is stored with that problem.
 */
export async function ingestOnWorkers(
  writer: UnifiedWriter,
  batches: ReadAhead,
  { lineage, newer = 'refuse', workers, readHere, onBatch, signal: stop }: WorkerIngestOptions,
): Promise<void> {
  const merger = new PartMerger(writer, readHeadTables(lineage));
  const dir = makePrivateDir();
  const setup: PartSettings = { lineage: { ...lineage, tables: {} }, newer, dir };
  const failure = new AbortController();
  const signal = stop ? AbortSignal.any([failure.signal, stop]) : failure.signal;
  const attempt = (work: () => void) => {
    try {
      if (!signal.aborted) work();
    } catch (error) {
      failure.abort(error);
    }
  };
  const unread: Batch[] = [];
  const takeOver = (batch: Batch, part: string | undefined) => {
    if (part !== undefined && merger.merge(part)) onBatch(batch);
    else unread.push(batch);
  };
  const putOnWorkers = (tasks: Iterable<Batch>, onCrash: (batch: Batch, reason: string) => void) =>
    runOnWorkers<Batch, string | undefined>(tasks, {
      ...{
        script,
        setup: () => setup,
        signal,
        jobs: workers,
        isFull: ({ length }) => length === partsInTurn,
      },
      onResult: (batch, part) => attempt(() => takeOver(batch, part)),
      onCrash: (batch, reason) => attempt(() => onCrash(batch, reason)),
    });
  const suspects: FoundFile[] = [];
  try {
    await Promise.all([
      putOnWorkers(batches, (batch) => suspects.push(...batch)),
      eachInTurn(batches, (batch) => attempt(() => readHere(batch)), signal),
    ]);
    for (const batch of unread) {
      await batches.release(batch);
      attempt(() => readHere(batch));
    }
    await putOnWorkers(
      suspects.map((file) => [file]),
      (batch, reason) => {
        for (const file of batch)
          writer.write(() => writer.writeProblem(file, crashProblem(file.path, reason)));
        onBatch(batch);
      },
    );
  } finally {
    removePrivateDir(dir);
  }
  failure.signal.throwIfAborted();
}

/** Other work has its turn in between. */
export async function eachInTurn(
  batches: ReadAhead,
  read: (batch: Batch) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const batch of batches) {
    if (signal?.aborted) return;
    await batches.release(batch);
    read(batch);
    await setImmediate();
  }
}
