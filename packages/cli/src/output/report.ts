import type { LintCode } from '@varve/migrations';
import { type ErrorCode, VarveError } from '@varve/schema';
import { escapeControls } from './escape-controls.ts';

/** What both lines on stderr are made of: an error, or a file that had to be left out. */
export type Problem = Pick<VarveError, 'message' | 'hint'> &
  Partial<Pick<VarveError, 'path'>> & { readonly code: ErrorCode | LintCode };

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

export const exitCodes = { ok: 0, problems: 1, usage: 2 } as const;

export function reportProblem({ code, path, message, hint }: Problem): void {
  const what = escapeControls(`${path ? `${path}: ` : ''}${message}`);
  process.stderr.write(`error[${code}]: ${what}\nhint: ${escapeControls(hint)}\n`);
}

/** Prints an error as two lines, its stack below with `verbose`, and returns the exit code it stands for. */
export function reportError(error: unknown, verbose: boolean): number {
  if (error instanceof VarveError) reportProblem(error);
  else
    process.stderr.write(`error: ${String(error)}\nhint: this is a defect in varve; --verbose shows where\n`);
  if (verbose && error instanceof Error) process.stderr.write(`${renderStack(error)}\n`);
  return error instanceof VarveError && !usageCodes.has(error.code) ? exitCodes.problems : exitCodes.usage;
}

function renderStack(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${renderStack(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
