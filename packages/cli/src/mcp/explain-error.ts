import { VarveError } from '@varve/schema';

/** An error as the model reads it: its code, what happened, and what to do. */
export function explainError(error: unknown): string {
  if (!(error instanceof VarveError)) return error instanceof Error ? error.message : String(error);
  return `error[${error.code}]: ${error.message}\nhint: ${hintOf(error)}`;
}

/** What a command line or a page can do, and a client of tools cannot. */
const isForOthers = /\bvarve \w|--\w|\bpage\b|table of sessions/;

/** What can be done with the tools instead. */
const hints: Partial<Record<VarveError['code'], string>> = {
  SQL_FAILED: 'tables and columns are those of head; schema lists them',
  SQL_REFUSED: 'give query one SELECT without parameters; nothing can be changed here',
  INTERRUPTED: 'ask for less: for fewer sessions, or with a LIMIT',
  WORKER_CRASHED: 'ask again, for less; if it dies again, leave out the archive that does it',
  PAGE_NOT_FOUND: 'search and query tell the ids of sessions; the file may be gone',
  UNIFIED_FOREIGN: 'the view that is served has changed: the server is to be started again',
};

const forOthers = 'no tool here can mend it: tell whoever runs the server';

function hintOf({ code, hint }: VarveError): string {
  return isForOthers.test(hint) ? (hints[code] ?? forOthers) : hint;
}
