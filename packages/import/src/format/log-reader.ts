import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { parseWithoutNaN, readAt, readElements, readLines } from '../log/index.ts';
import type { LogFormat, LogMapper, LogRecord, LogSource, PastSessions } from './contract.ts';

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
  /** How much of it was read by an earlier import. */
  readonly knownBytes: number;
  /** Where another import goes on when the log has grown; undefined where it cannot. */
  readonly place?: LogPlace | undefined;
}

/** How far a log was read. */
export interface LogPlace {
  readonly sizeBytes: number;
  readonly hash: string;
  /** Where its last whole line ended. */
  readonly resumeAt: number;
  readonly records: number;
  readonly lastRecordKey: string | null;
}

const prefixChunkBytes = 1 << 20;

/** Reads one log and has its records mapped, one after the other. */
export class LogReader {
  readonly #format: LogFormat;
  readonly #source: LogSource;
  readonly #mapper: LogMapper;
  readonly #hash = createHash('sha256');
  readonly #skipped: Record<string, number> = {};
  readonly #file: number;
  #sizeBytes = 0;
  #knownBytes = 0;
  #knownRecords = 0;
  #resumeAt = 0;
  #resumeRecords = 0;
  /** False once a line has been mapped that may yet grow. */
  #isResumable = false;
  #records = 0;
  #lastRecordKey: string | null = null;

  constructor(format: LogFormat, source: LogSource, mapper: LogMapper) {
    this.#format = format;
    this.#source = source;
    this.#mapper = mapper;
    this.#file = openSync(source.path, 'r');
  }

  /** Yields how many bytes were read by then, after each record. */
  *read(past: PastSessions): Generator<number> {
    const { records } = this.#format;
    if (records) yield* this.#readOwn(records(this.#source, this.#take, past));
    else if (this.#source.sample.shape === 'lines') yield* this.#readLines();
    else if (this.#source.sample.shape === 'array') yield* this.#readElements();
    else yield* this.#readDocument();
  }

  /** Whether the log begins with what was read before, to go on behind it. */
  skipTo({ resumeAt, sizeBytes, hash, records, lastRecordKey }: LogPlace): boolean {
    for (let at = 0; at < resumeAt; at += prefixChunkBytes)
      this.#hash.update(readAt(this.#file, at, Math.min(prefixChunkBytes, resumeAt - at)));
    const prefix = this.#hash.copy().update(readAt(this.#file, resumeAt, sizeBytes - resumeAt));
    this.#sizeBytes = this.#knownBytes = this.#resumeAt = resumeAt;
    this.#records = this.#knownRecords = this.#resumeRecords = records;
    this.#lastRecordKey = lastRecordKey;
    return prefix.digest('hex') === hash;
  }

  #place(): LogPlace | undefined {
    if (!this.#isResumable) return undefined;
    return {
      sizeBytes: this.#sizeBytes,
      hash: this.#hash.copy().digest('hex'),
      resumeAt: this.#resumeAt,
      records: this.#resumeRecords,
      lastRecordKey: this.#lastRecordKey,
    };
  }

  reading(): LogReading {
    return {
      hash: this.#hash.copy().digest('hex'),
      sizeBytes: this.#sizeBytes,
      records: this.#records - this.#knownRecords,
      knownBytes: this.#knownBytes,
      place: this.#place(),
      skipped: this.#skippedAfterAll(),
      lastRecordKey: this.#lastRecordKey,
    };
  }

  #skippedAfterAll(): Readonly<Record<string, number>> {
    const late = this.#mapper.takenBack?.() ?? {};
    const counts = Object.entries(this.#skipped).map(
      ([reason, count]) => [reason, count - (late[reason] ?? 0)] as const,
    );
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
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
    const start = this.#resumeAt;
    this.#isResumable = true;
    for (const line of readLines(this.#file, { start, onChunk: this.#take })) {
      const { bytes, isWhole, isTooLong } = line;
      this.#records++;
      const reason = isTooLong ? 'too long' : passOver?.(bytes);
      const isFirst = start === 0 && line.number === 1;
      if (reason) this.#skip(reason);
      else if (this.#mapText(bytes, isWhole ? 'not JSON' : 'torn', isFirst)) this.#isResumable &&= isWhole;
      if (isWhole) [this.#resumeAt, this.#resumeRecords] = [line.end, this.#records];
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

  /** Whether it was JSON. */
  #mapText(bytes: Buffer, broken: string, isFirst = false): boolean {
    const record = readRecord(bytes, isFirst);
    if (record) this.#count(this.#mapper.map(record), record.value);
    else this.#skip(broken);
    return record !== undefined;
  }

  #count(reason: string | undefined, value: unknown): void {
    if (reason) this.#skip(reason);
    else this.#lastRecordKey = keyOf(value) ?? `record ${this.#records}`;
  }

  #skip(reason: string): void {
    this.#skipped[reason] = (this.#skipped[reason] ?? 0) + 1;
  }
}

function readRecord(bytes: Buffer, isFirst: boolean): LogRecord | undefined {
  let text = '';
  try {
    const whole = bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
    text = isFirst ? withoutMark(whole) : whole;
    return { value: JSON.parse(text), bytes };
  } catch {
    // Nobody is to take JSON from bytes that are none.
    const value = parseWithoutNaN(text);
    return value === undefined ? undefined : { value };
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
