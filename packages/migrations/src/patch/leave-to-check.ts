import type { PatchOperation } from './operation.ts';

/**
 * The operations without a look whether rows fit what a table demands from then on, where nothing changes the table or its
 * rows any more: whoever checks the file afterwards has SQLite look at each row for the same. `demanding` are such tables, by
 * name key.
 */
export function leaveToCheck(operations: readonly PatchOperation[]): {
  readonly operations: readonly PatchOperation[];
  readonly demanding: readonly string[];
} {
  const demanding: string[] = [];
  const left = operations.filter((operation, at) => {
    const table = operation.kind === 'run' ? operation.looksAt : undefined;
    // What it looks for is said by the operation after it.
    if (table === undefined || operations.slice(at + 2).some((later) => concerns(later, table))) return true;
    demanding.push(table);
    return false;
  });
  return { operations: left, demanding };
}

function concerns(operation: PatchOperation, table: string): boolean {
  if (!operation.names.has(table)) return false;
  if (operation.kind === 'run' || operation.isAddition) return operation.kind === 'run';
  return operation.creations.length > 0 || operation.alterations.some(({ type }) => type !== 'index');
}
