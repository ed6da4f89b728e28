import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { readElements, readLines } from '../log/index.ts';
import type { LogFormat, LogMapper, LogSource } from './contract.ts';

/** What came of reading one log. */
export interface LogReading {
  /** SHA-256 of all that was read, hexadecimal. */
  readonly hash: string;
  readonly sizeBytes: number;
  readonly records: number;
  /** How many records gave no row, by why. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Of the last record that gave a row. */
  readonly lastRecordKey: string | null;
}

export interface ReadLogOptions {
  readonly signal?: AbortSignal | undefined;
  /** What there is to do before the next record, if anything. */
  readonly afterRecord?: () => Promise<void> | undefined;
}

/** Other work has its turn after so many bytes. */
const turnBytes = 1 << 23;

/** Reads a log once, from beginning to end, and has each record mapped. A record that cannot be read costs itself. */
export async function readLog(
  format: LogFormat,
  source: LogSource,
  mapper: LogMapper,
  { signal, afterRecord }: ReadLogOptions = {},
): Promise<LogReading> {
  const reader = new LogReader(format, source, mapper);
  try {
    let turn = turnBytes;
    for (const sizeBytes of reader.read()) {
      const work = afterRecord?.();
      if (work) await work;
      if (sizeBytes < turn) continue;
      turn = sizeBytes + turnBytes;
      await setImmediate();
      signal?.throwIfAborted();
    }
    mapper.end?.();
    return reader.reading();
  } finally {
    reader.close();
  }
}

class LogReader {
  readonly #format: LogFormat;
  readonly #source: LogSource;
  readonly #mapper: LogMapper;
  readonly #hash = createHash('sha256');
  readonly #skipped: Record<string, number> = {};
  readonly #file: number;
  #sizeBytes = 0;
  #records = 0;
  #lastRecordKey: string | null = null;

  constructor(format: LogFormat, source: LogSource, mapper: LogMapper) {
    this.#format = format;
    this.#source = source;
    this.#mapper = mapper;
    this.#file = openSync(source.path, 'r');
  }

  /** Yields how many bytes were read by then, after each record. */
  *read(): Generator<number> {
    const { records } = this.#format;
    if (records) yield* this.#readOwn(records(this.#source, this.#take));
    else if (this.#source.sample.shape === 'lines') yield* this.#readLines();
    else if (this.#source.sample.shape === 'array') yield* this.#readElements();
    else yield* this.#readDocument();
  }

  reading(): LogReading {
    return {
      hash: this.#hash.digest('hex'),
      sizeBytes: this.#sizeBytes,
      records: this.#records,
      skipped: this.#skipped,
      lastRecordKey: this.#lastRecordKey,
    };
  }

  close(): void {
    closeSync(this.#file);
  }

  readonly #take = (chunk: Uint8Array): void => {
    this.#sizeBytes += chunk.length;
    this.#hash.update(chunk);
  };

  *#readLines(): Generator<number> {
    const { passOver } = this.#format;
    for (const { bytes, number, isWhole } of readLines(this.#file, { onChunk: this.#take })) {
      this.#records++;
      const reason = passOver?.(bytes);
      if (reason) this.#skip(reason);
      else this.#mapText(bytes, isWhole ? 'not JSON' : 'torn', number === 1);
      yield this.#sizeBytes;
    }
  }

  *#readElements(): Generator<number> {
    for (const bytes of readElements(this.#file, this.#take)) {
      this.#records++;
      this.#mapText(bytes, 'torn');
      yield this.#sizeBytes;
    }
  }

  *#readDocument(): Generator<number> {
    const chunks: Buffer[] = [];
    for (const { bytes } of readLines(this.#file, { onChunk: this.#take })) chunks.push(Buffer.from(bytes));
    this.#records++;
    this.#mapText(Buffer.concat(chunks), 'torn', true);
    yield this.#sizeBytes;
  }

  *#readOwn(records: Iterable<{ readonly value: unknown }>): Generator<number> {
    for (const record of records) {
      this.#records++;
      this.#count(this.#mapper.map(record), record.value);
      yield this.#sizeBytes;
    }
  }

  #mapText(bytes: Buffer, broken: string, isFirst = false): void {
    let value: unknown;
    try {
      const text = bytes.toString();
      value = JSON.parse(isFirst ? withoutMark(text) : text);
    } catch {
      this.#skip(broken);
      return;
    }
    this.#count(this.#mapper.map({ value, bytes }), value);
  }

  #count(reason: string | undefined, value: unknown): void {
    if (reason) this.#skip(reason);
    else this.#lastRecordKey = keyOf(value) ?? `record ${this.#records}`;
  }

  #skip(reason: string): void {
    this.#skipped[reason] = (this.#skipped[reason] ?? 0) + 1;
  }
}

function keyOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('uuid' in value && typeof value.uuid === 'string') return value.uuid;
  return 'id' in value && typeof value.id === 'string' ? value.id : undefined;
}

/** The byte order mark. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
