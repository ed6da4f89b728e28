import type { Shape } from '../lens/index.ts';
import { identifierOf, keywordOf, nameKey, tokenizeSql } from '../sql/index.ts';
import type { PatchOperation } from './operation.ts';

/**
 * By name key, the virtual tables of a file that are dropped before anything is read of them or written to them: whether
 * their contents are as they should be does not matter, and may take as long to see as all else. The tables that they keep
 * for themselves are dropped with them, page by page, and are others.
 */
export function droppedUnread({ objects }: Shape, operations: readonly PatchOperation[]): Set<string> {
  const virtual = objects.filter(({ type, sql }) => type === 'table' && /^CREATE\s+VIRTUAL\b/i.test(sql));
  return new Set(virtual.map(({ name }) => nameKey(name)).filter((name) => isDroppedFirst(name, operations)));
}

function isDroppedFirst(table: string, operations: readonly PatchOperation[]): boolean {
  const first = operations.find(
    (operation) => operation.names.has(table) && !isOfTrigger(operation) && !isOfOthers(operation, table),
  );
  if (first?.kind !== 'run') return false;
  const tokens = tokensOf(first.sql);
  const [drop, kind] = tokens.map(keywordOf);
  return drop === 'DROP' && kind === 'TABLE' && nameKey(identifierOf(tokens.at(-1)) ?? '') === table;
}

/** What a trigger would do is no reading yet. */
function isOfTrigger(operation: PatchOperation): boolean {
  if (operation.kind !== 'run') return false;
  const [first, second] = tokensOf(operation.sql).map(keywordOf);
  return second === 'TRIGGER' && (first === 'CREATE' || first === 'DROP');
}

/** A change of what the schema says of other tables. */
function isOfOthers(operation: PatchOperation, table: string): boolean {
  if (operation.kind !== 'edit') return false;
  const { alterations, creations, mustBeEmpty } = operation;
  const concerned = [
    ...alterations.flatMap(({ name, to }) => [name, to.name, to.table]),
    ...creations.flatMap(({ object, over }) => [object.name, object.table, over ?? '']),
    ...mustBeEmpty,
  ];
  return !concerned.some((name) => nameKey(name) === table);
}

function tokensOf(sql: string) {
  return [...tokenizeSql(sql)].filter(({ kind, text }) => kind !== 'comment' && text !== ';');
}
