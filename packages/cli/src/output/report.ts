import { basename } from 'node:path';
import type { LintCode } from '@varve/migrations';
import { type ErrorCode, VarveError } from '@varve/schema';
import { escapeControls, escapeLines } from './escape-controls.ts';

/** What both lines on stderr are made of: an error, or a file that had to be left out. */
export type Problem = Pick<VarveError, 'message' | 'hint'> &
  Partial<Pick<VarveError, 'path'>> & {
    readonly code: ErrorCode | LintCode;
    /** The error behind it, where it happened in this process. */
    readonly cause?: unknown;
  };

/** Errors of the call itself. All others are about files. */
const usageCodes: ReadonlySet<ErrorCode> = new Set([
  'USAGE',
  'CONFIG_NOT_FOUND',
  'CONFIG_INVALID',
  'LINEAGE_NOT_FOUND',
  'LINEAGE_INVALID',
  'MIGRATION_MISSING',
  'MIGRATION_REFUSED',
  'RENAME_UNCLEAR',
  'RENAME_INVALID',
  'DRIZZLE_KIT_FAILED',
  'SQL_REFUSED',
  'SQL_FAILED',
]);

/** A line on stderr beside the result; what it names cannot steer a terminal. */
export function tell(text: string): void {
  process.stderr.write(`${escapeLines(text)}\n`);
}

export const exitCodes = { ok: 0, problems: 1, usage: 2 } as const;

export function reportProblem({ code, path, message, hint }: Problem): void {
  const what = indentLines(`${path ? `${path}: ` : ''}${message}`);
  process.stderr.write(`error[${code}]: ${what}\nhint: ${indentLines(hint)}\n`);
}

/** Each line for itself: what was written as several lines is read as several lines. */
function indentLines(text: string): string {
  return text.trimEnd().split(/\r?\n/).map(escapeControls).join('\n  ');
}

/** More problems than these that say the same of different files are one message. */
const mostAlike = 3;
const mostNames = 10;

/** What is behind a problem that another process found. */
export type StackOf = (problem: { readonly path: string; readonly code: string }) => string | undefined;

/**
 * Prints problems in their order; those that say the same as one message, with a count and the first ten names. With
 * `stackOf` their stacks as well.
 */
export function reportProblems(problems: readonly Problem[], stackOf?: StackOf): void {
  for (const alike of Map.groupBy(problems, sayingOf).values()) {
    const [first] = alike;
    if (first && alike.length > mostAlike) reportProblem({ ...first, path: '', message: joined(alike) });
    else for (const problem of alike) reportProblem(problem);
    for (const problem of stackOf ? alike.slice(0, mostAlike) : []) {
      const error = problem instanceof Error ? problem : problem.cause;
      const stack =
        error instanceof Error
          ? renderStack(error)
          : stackOf?.({ path: problem.path ?? '', code: problem.code });
      if (stack) tell(stack);
    }
  }
}

/** What a problem says, without the name of the file it says it of. */
function sayingOf({ code, path, message, hint }: Problem): string {
  const unnamed = path ? message.replaceAll(path, '').replaceAll(basename(path), '') : message;
  return JSON.stringify([code, unnamed, hint]);
}

function joined(alike: readonly Problem[]): string {
  const names = alike.slice(0, mostNames).map(({ path }) => `\n${path ?? '?'}`);
  const rest = alike.length > mostNames ? [`\nand ${alike.length - mostNames} more`] : [];
  return [`${alike.length} files: ${alike[0]?.message}`, ...names, ...rest].join('');
}

/** Prints an error as two lines, its stack below with `verbose`, and returns the exit code it stands for. */
export async function reportError(thrown: unknown, verbose: boolean): Promise<number> {
  const error = thrown instanceof RangeError ? await tooLong(thrown) : thrown;
  reportProblem(error instanceof VarveError ? error : unforeseen(error));
  if (verbose && error instanceof Error) tell(renderStack(error));
  return error instanceof VarveError && !usageCodes.has(error.code) ? exitCodes.problems : exitCodes.usage;
}

/** A value longer than any text may be. What explains it is loaded then alone: it brings SQLite along. */
async function tooLong(error: RangeError): Promise<unknown> {
  const { fileError } = await import('@varve/core/internal');
  return fileError(error, '');
}

/** As when the working directory is deleted while a verb runs. */
function unforeseen(error: unknown): VarveError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && 'syscall' in error) {
    return new VarveError('FILE_UNREADABLE', message, {
      hint: 'the code in the message is the system’s own; look at the working directory and the paths that were named',
      cause: error,
    });
  }
  return new VarveError('INTERNAL', `a defect in varve: ${message}`, {
    hint: 'report it, with what --verbose shows',
    cause: error,
  });
}

function renderStack(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${renderStack(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
