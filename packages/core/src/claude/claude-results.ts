import { isObject, type JsonObject, textOf } from './json-access.ts';
import type { TranscriptToolCall } from './transcript-writer.ts';

/** How a call ended, as Claude Code words it. */
export function claudeResultStatus(
  block: JsonObject,
  structured: JsonObject,
  /** The entry's `toolDenialKind`, of Claude Code from 2.1.3 on. */
  denial: string | undefined,
): Pick<TranscriptToolCall, 'status' | 'errorType' | 'errorMessage'> {
  const said = resultText(block.content);
  if (structured.interrupted === true) return { status: 'cancelled' };
  if (denial === 'interrupted' || denial === 'cancelled') {
    return { status: 'cancelled', errorType: 'interrupted', errorMessage: said };
  }
  if (denial !== undefined) return { status: 'denied', errorType: 'rejected', errorMessage: said };
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

const [before, behind] = [Buffer.from('{"toolUseResult":'), Buffer.from('}')];

/** Metadata with a record's `toolUseResult`, most often two thirds of its line, as it stands there where that is known. */
export function toolUseResultText(record: JsonObject, text: Buffer | undefined): Buffer | string | undefined {
  if (record.toolUseResult === undefined) return undefined;
  if (text) return Buffer.concat([before, text, behind]);
  return `{"toolUseResult":${JSON.stringify(record.toolUseResult)}}`;
}
