import { openSync, statSync } from 'node:fs';
import { parseDocument, parseOrUndefined } from './parse-json.ts';
import { readElements } from './read-elements.ts';
import { readAt, withFile } from './read-file.ts';

/** How a log's records lie in its file. */
export type LogShape = 'lines' | 'array' | 'document' | 'sqlite' | 'packed' | 'utf-16' | 'torn' | 'other';

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
/** With which gzip, Zstandard, zip, xz and bzip2 begin. */
const packedMarks = ['1f8b', '28b52ffd', '504b0304', 'fd377a585a', '425a68'].map((it) =>
  Buffer.from(it, 'hex'),
);

/** With which UTF-16 begins: Windows PowerShell writes what it redirects so. */
const wideMarks = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/** Looks at the beginning of a file. Throws what the operating system does; content never throws. */
export function sampleLog(path: string): LogSample {
  return withFile(openSync(path, 'r'), (file) => {
    const head = readAt(file, 0, headBytes);
    if (head.subarray(0, 16).toString('latin1') === 'SQLite format 3\0')
      return { path, shape: 'sqlite', values: [] };
    if (packedMarks.some((mark) => head.subarray(0, mark.length).equals(mark)))
      return { path, shape: 'packed', values: [] };
    if (wideMarks.some((mark) => head.subarray(0, mark.length).equals(mark)))
      return { path, shape: 'utf-16', values: [] };
    const start = firstByte(head);
    if (start === '[')
      return sampleLists(path, head) ?? { path, shape: 'array', values: firstElements(file) };
    if (start !== '{') return sampleBroken(path, head);
    return sampleLines(path, file, head) ?? sampleDocument(path, file) ?? sampleBroken(path, head, 'torn');
  });
}

function firstByte(head: Buffer): string | undefined {
  return /^(?:\u{feff})?\s*(\S)/u.exec(head.toString('utf8', 0, 256))?.[1];
}

/** Undefined unless the first line is a whole value. */
function sampleLines(path: string, file: number, head: Buffer): LogSample | undefined {
  const lines = linesIn(readFirstLine(file, head));
  const first = parseOrUndefined(lines[0] ?? '');
  if (first === undefined) return undefined;
  const rest = lines.slice(1, sampledLines).map(parseOrUndefined);
  return { path, shape: 'lines', values: [first, ...rest.filter((value) => value !== undefined)] };
}

/** Lines of which the first is a list; undefined for a file that is one list. */
function sampleLists(path: string, head: Buffer): LogSample | undefined {
  const [first, second] = linesIn(head).filter((line) => line.trim() !== '');
  if (first === undefined || second === undefined) return undefined;
  return parseOrUndefined(first) === undefined ? undefined : sampleBroken(path, head);
}

/** Lines of which the first may be torn, or another program's: one that is an object makes them a log's. */
function sampleBroken(path: string, head: Buffer, otherwise: LogShape = 'other'): LogSample {
  const values = linesIn(head)
    .slice(0, sampledLines)
    .map(parseOrUndefined)
    .filter((value) => value !== undefined);
  const isLines = values.some((value) => typeof value === 'object' && value !== null);
  return isLines ? { path, shape: 'lines', values } : { path, shape: otherwise, values: [] };
}

function linesIn(head: Buffer): readonly string[] {
  return head
    .toString('utf8')
    .replace(/^\u{feff}/u, '')
    .split('\n');
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

/** One, however long it is, and those behind it that are short. */
function firstElements(file: number): readonly unknown[] {
  const values: unknown[] = [];
  let sizeBytes = 0;
  for (const element of readElements(file)) {
    const value = parseOrUndefined(element.toString());
    if (value === undefined) break;
    values.push(value);
    sizeBytes += element.length;
    if (values.length === sampledLines || sizeBytes > headBytes) break;
  }
  return values;
}

function sampleDocument(path: string, file: number): LogSample | undefined {
  const whole = readAt(file, 0, Math.min(longestDocumentBytes, statSync(path).size));
  const value = parseDocument(whole);
  return value === undefined ? undefined : { path, shape: 'document', values: [value] };
}
