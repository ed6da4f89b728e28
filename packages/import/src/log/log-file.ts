import { openSync, statSync } from 'node:fs';
import { readElements } from './read-elements.ts';
import { readAt, withFile } from './read-file.ts';

/** How a log's records lie in its file. */
export type LogShape = 'lines' | 'array' | 'document' | 'sqlite' | 'other';

/** What is known of a log before it is read: enough to tell whose it is. */
export interface LogSample {
  /** Absolute. */
  readonly path: string;
  readonly shape: LogShape;
  /** The first records, parsed: of a document the document itself, of a database none. */
  readonly values: readonly unknown[];
}

/** A file that may be a log, as a walk found it. */
export interface LogFile {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** True when it was asked for by its own name. */
  readonly isNamed: boolean;
}

/** Changes when a file does. */
export function stampOf(path: string): string {
  const { size, mtimeNs, ino } = statSync(path, { bigint: true });
  return `${size} ${mtimeNs} ${ino}`;
}

const headBytes = 1 << 16;
/** A first line that is longer than this is not looked for. */
const longestHeadBytes = 1 << 25;
/** A document is parsed as one: V8 has no longer strings. */
const longestDocumentBytes = (1 << 29) - 24;
const sampledLines = 40;

/** Looks at the beginning of a file. Throws what the operating system does; content never throws. */
export function sampleLog(path: string): LogSample {
  return withFile(openSync(path, 'r'), (file) => {
    const head = readAt(file, 0, headBytes);
    if (head.subarray(0, 16).toString('latin1') === 'SQLite format 3\0')
      return { path, shape: 'sqlite', values: [] };
    const start = firstByte(head);
    if (start === '[') return { path, shape: 'array', values: firstElement(file) };
    if (start !== '{') return { path, shape: 'other', values: [] };
    return sampleLines(path, file, head) ?? sampleDocument(path, file);
  });
}

function firstByte(head: Buffer): string | undefined {
  return /^(?:\u{feff})?\s*(\S)/u.exec(head.toString('utf8', 0, 256))?.[1];
}

/** Undefined unless the first line is a whole value. */
function sampleLines(path: string, file: number, head: Buffer): LogSample | undefined {
  const lines = readFirstLine(file, head)
    .toString('utf8')
    .replace(/^\u{feff}/u, '')
    .split('\n');
  const first = parseOrUndefined(lines[0] ?? '');
  if (first === undefined) return undefined;
  const rest = lines.slice(1, sampledLines).map(parseOrUndefined);
  return { path, shape: 'lines', values: [first, ...rest.filter((value) => value !== undefined)] };
}

function readFirstLine(file: number, head: Buffer): Buffer {
  let read = head;
  while (!read.includes(10) && read.length < longestHeadBytes) {
    const more = readAt(file, 0, read.length * 4);
    if (more.length === read.length) break;
    read = more;
  }
  return read;
}

function firstElement(file: number): readonly unknown[] {
  for (const element of readElements(file)) {
    const value = parseOrUndefined(element.toString());
    return value === undefined ? [] : [value];
  }
  return [];
}

function sampleDocument(path: string, file: number): LogSample {
  const whole = readAt(file, 0, Math.min(longestDocumentBytes, statSync(path).size));
  const value = parseOrUndefined(whole.toString('utf8').replace(/^\u{feff}/u, ''));
  return value === undefined
    ? { path, shape: 'other', values: [] }
    : { path, shape: 'document', values: [value] };
}

export function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
