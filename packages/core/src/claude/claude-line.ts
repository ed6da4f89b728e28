import { isObject, type JsonObject } from './json-access.ts';

/** What a line with a tool's result tells at length, in UTF-8. */
export interface LineTexts {
  /** The `content` of its only result, where that is a text. */
  readonly content?: Buffer | undefined;
  readonly toolUseResult?: Buffer | undefined;
}

const mark = Buffer.from('"toolUseResult":');
/** In a text a quote is escaped, or its end. */
const nextEntry = Buffer.from(',"');

/**
 * The two texts that are most of such a line, as they stand there: to write them anew takes longer than all else. Where they
 * stand is told by what is around them, which is short, written anew and compared; a text for which that does not come out
 * as it stands is left out.
 */
export function lineTexts(record: JsonObject, block: JsonObject, line: Buffer): LineTexts {
  const hasResult = record.toolUseResult !== undefined;
  const until = hasResult ? placeOfMark(block, line) : line.length;
  if (until === -1) return {};
  const content = contentOf(record, block, line, until);
  const isOwnMark = hasResult && (content !== undefined || isOnlyMark(line, until));
  return { content, toolUseResult: isOwnMark ? toolUseResultOf(record, line, until) : undefined };
}

/** Most often it stands behind the content, which is at least as long as the text that it tells. */
function placeOfMark({ content }: JsonObject, line: Buffer): number {
  const at = line.indexOf(mark, typeof content === 'string' ? content.length : 0);
  return at === -1 ? line.indexOf(mark) : at;
}

function isOnlyMark(line: Buffer, at: number): boolean {
  return line.indexOf(mark) === at && line.indexOf(mark, at + 1) === -1;
}

function toolUseResultOf(record: JsonObject, line: Buffer, start: number): Buffer | undefined {
  const end = startOfEnd(line, line.length, `${entriesAfter(record, 'toolUseResult')}}`);
  return end === -1 ? undefined : line.subarray(start + mark.length, end);
}

function contentOf(record: JsonObject, block: JsonObject, line: Buffer, until: number): Buffer | undefined {
  const { message } = record;
  if (typeof block.content !== 'string' || !isObject(message)) return undefined;
  const before = [entriesBefore(record, 'message'), entriesBefore(message, 'content')];
  const start = endOfStart(line, `${before.join('')}[${entriesBefore(block, 'content')}`);
  if (start === -1) return undefined;
  const inMessage = `${entriesAfter(block, 'content')}}]${entriesAfter(message, 'content')}}`;
  const inRecord = `${entriesAfter(record, 'message', 'toolUseResult')}${until === line.length ? '}' : ','}`;
  const end = startOfEnd(line, until, inMessage + inRecord);
  return end > start && isOneText(line.subarray(start, end)) ? line.subarray(start, end) : undefined;
}

function isOneText(bytes: Buffer): boolean {
  const at = bytes.indexOf(nextEntry);
  return at === -1 || at === bytes.length - nextEntry.length;
}

/** Behind a text with which a line begins; -1 where it does not. */
function endOfStart(line: Buffer, text: string): number {
  const bytes = Buffer.from(text);
  return line.subarray(0, bytes.length).equals(bytes) ? bytes.length : -1;
}

/** Where a text begins that ends here; -1 where it does not stand there. */
function startOfEnd(line: Buffer, end: number, text: string): number {
  const bytes = Buffer.from(text);
  const start = end - bytes.length;
  return start >= 0 && line.subarray(start, end).equals(bytes) ? start : -1;
}

/** An object's JSON up to the value of a key. */
function entriesBefore(object: JsonObject, key: string): string {
  let text = '{';
  for (const name in object) {
    if (name === key) break;
    text += `${JSON.stringify(name)}:${JSON.stringify(object[name])},`;
  }
  return `${text}${JSON.stringify(key)}:`;
}

/** An object's JSON from behind the value of a key on, up to another key or its end. */
function entriesAfter(object: JsonObject, key: string, end?: string): string {
  let [text, isBehind] = ['', false];
  for (const name in object) {
    if (name === end) break;
    if (isBehind) text += `,${JSON.stringify(name)}:${JSON.stringify(object[name])}`;
    isBehind ||= name === key;
  }
  return text;
}
