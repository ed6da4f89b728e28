import { nameKey } from '../sql/index.ts';
import type { EditOperation, PatchOperation, RunOperation } from './operation.ts';

/** Those that share no name may change places, and so may a statement and the adding of a column that it does not name. */
export function conflicts(one: PatchOperation, other: PatchOperation): boolean {
  const [few, many] = one.names.size < other.names.size ? [one, other] : [other, one];
  if (![...few.names].some((name) => many.names.has(name))) return false;
  if (one.kind === other.kind) return true;
  const [run, edit] =
    one.kind === 'run' ? [one, other as EditOperation] : [other as RunOperation, one as EditOperation];
  // A table that is made may refer to another, whatever becomes of its rows and columns.
  if (edit.creates !== undefined) return run.names.has(edit.creates);
  if (edit.addedColumn === undefined) return true;
  if (run.creates !== undefined) return edit.alterations.some(({ name }) => nameKey(name) === run.creates);
  return !run.columns || run.columns.has(edit.addedColumn);
}
