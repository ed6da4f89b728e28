import type { ToolCallRow } from '../archive/rows.ts';
import { isObject, type JsonObject, textOf } from './json-access.ts';

/** How a call ended, as Claude Code words it. */
export function claudeResultStatus(
  block: JsonObject,
  structured: JsonObject,
): Pick<ToolCallRow, 'status' | 'errorType' | 'errorMessage'> {
  const said = resultText(block.content);
  if (structured.interrupted === true) return { status: 'cancelled' };
  if (block.is_error !== true && !isFailedContent(block.content)) return { status: 'ok' };
  if (/^The user doesn't want to (proceed|take this action)|^Permission to use|was rejected/.test(said)) {
    return { status: 'denied', errorType: 'rejected', errorMessage: said };
  }
  if (said.startsWith('[Request interrupted by user') || said.includes('Request was aborted')) {
    return { status: 'cancelled', errorType: 'interrupted', errorMessage: said };
  }
  return { status: 'error', errorType: errorType(said), errorMessage: said };
}

/** A tool of the provider's own says so within. */
function isFailedContent(content: unknown): boolean {
  return isObject(content) && typeof content.type === 'string' && content.type.endsWith('_error');
}

function errorType(said: string): string {
  return (
    /^(?:<tool_use_error>)?(\w*Error)\b/.exec(said)?.[1] ??
    (/^Exit code \d+/.exec(said)?.[0] ?? 'tool_error').toLowerCase().replace(/ /g, '_')
  );
}

function resultText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return isObject(content) ? (textOf(content.error_code) ?? '') : '';
  return content.map((block) => (isObject(block) ? (textOf(block.text) ?? '') : '')).join('\n');
}

const mark = '"toolUseResult":';

/**
 * The text of a record's `toolUseResult`, most often two thirds of its line, taken from the line as it stands there.
 * What stands before it is its only mark, and what stands behind it is what the keys after it are: else it is
 * written anew.
 */
export function rawToolUseResult(record: JsonObject, text: string | undefined): string | undefined {
  if (record.toolUseResult === undefined) return undefined;
  return (text && sliceOut(record, text)) || JSON.stringify(record.toolUseResult);
}

function sliceOut(record: JsonObject, text: string): string | undefined {
  const start = text.indexOf(mark);
  if (start === -1 || text.indexOf(mark, start + 1) !== -1) return undefined;
  let tail = '';
  let isAfter = false;
  for (const key in record) {
    if (isAfter) tail += `,${JSON.stringify(key)}:${JSON.stringify(record[key])}`;
    isAfter ||= key === 'toolUseResult';
  }
  return text.endsWith(`${tail}}`)
    ? text.slice(start + mark.length, text.length - tail.length - 1)
    : undefined;
}
