import { nameKey, type TriggerChanges, triggerChangesOf } from '../sql/index.ts';
import type { ForeignKeyAction } from './foreign-key-actions.ts';

export interface OwnTrigger {
  readonly name: string;
  readonly sql: string;
  readonly isTemporary: boolean;
  /** Undefined for one that is not understood. */
  readonly does: TriggerChanges | undefined;
}

/** What of a schema tells which actions a change sets off. */
export interface ActingSchema {
  readonly actions: readonly ForeignKeyAction[];
  /** In the order they were made. */
  readonly triggers: readonly OwnTrigger[];
  /** Name keys of tables with a constraint ON CONFLICT REPLACE. */
  readonly yielding: ReadonlySet<string>;
  /** Name keys of virtual tables. */
  readonly virtual: ReadonlySet<string>;
}

interface NamedObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
  readonly isTemporary?: 0 | 1;
}

export function actingSchema(
  actions: readonly ForeignKeyAction[],
  objects: readonly NamedObject[],
): ActingSchema {
  const tablesLike = (text: RegExp) =>
    new Set(
      objects
        .filter(({ type, sql }) => type === 'table' && text.test(sql ?? ''))
        .map(({ name }) => nameKey(name)),
    );
  const triggers = objects.filter(({ type }) => type === 'trigger');
  return {
    actions,
    triggers: triggers.map(({ name, sql, isTemporary }) => ({
      name,
      sql: sql ?? '',
      isTemporary: isTemporary === 1,
      does: triggerChangesOf(sql ?? ''),
    })),
    yielding: tablesLike(/CONFLICT\s+REPLACE/i),
    virtual: tablesLike(/^CREATE\s+VIRTUAL/i),
  };
}
