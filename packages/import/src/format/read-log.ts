import { setImmediate } from 'node:timers/promises';
import type { LogFormat, LogMapper, LogSource, PastSessions } from './contract.ts';
import { type LogPlace, LogReader, type LogReading } from './log-reader.ts';

export interface ReadLogOptions {
  readonly signal?: AbortSignal | undefined;
  /** What there is to do before the next record, if anything. */
  readonly afterRecord?: () => Promise<void> | undefined;
  /** Called every few megabytes. */
  readonly onTurn?: () => void;
  /** Called when there are no more records, and the mapper does not know that yet. */
  readonly beforeEnd?: () => void;
  /** Where to go on. */
  readonly from?: LogPlace | undefined;
  readonly past: PastSessions;
}

/** Other work has its turn after so many bytes. */
const turnBytes = 1 << 23;

/**
 * Reads a log once, from beginning to end or from a place on, and has each record mapped. A record that cannot be read costs
 * itself. Undefined where the log does not begin with what stood before the place.
 */
export async function readLog(
  format: LogFormat,
  source: LogSource,
  mapper: LogMapper,
  { signal, afterRecord, onTurn, beforeEnd, from, past }: ReadLogOptions,
): Promise<LogReading | undefined> {
  const reader = new LogReader(format, source, mapper);
  try {
    if (from && !reader.skipTo(from)) return undefined;
    let turn = turnBytes;
    for (const sizeBytes of reader.read(past)) {
      const work = afterRecord?.();
      if (work) await work;
      if (sizeBytes < turn) continue;
      turn = sizeBytes + turnBytes;
      onTurn?.();
      await setImmediate();
      signal?.throwIfAborted();
    }
    beforeEnd?.();
    mapper.end?.();
    return reader.reading();
  } finally {
    reader.close();
  }
}
