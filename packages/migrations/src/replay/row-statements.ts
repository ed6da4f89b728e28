import type { Database, Statement } from '../driver/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { quoteIdentifier, rowChangeOf, type SqlStatement } from '../sql/index.ts';
import { type ActingSchema, actingSchema, actionsOf, needsRecursion } from './actions-set-off.ts';
import { type ForeignKeyAction, readForeignKeyActions } from './foreign-key-actions.ts';

export type ActingLineage = Pick<Lineage, 'foreignKeys'>;

/**
 * Runs statements with foreign keys off, and does to children what an explicit DELETE, UPDATE or REPLACE does to them
 * with foreign keys on. The pragma has no effect inside a transaction, so triggers do it: as SQLite's own do,
 * row by row and before the triggers of the table.
 */
export class RowStatements {
  readonly #sqlite: Database;
  readonly #isOff: boolean;
  #schema: ActingSchema | undefined;

  constructor(sqlite: Database, { foreignKeys }: ActingLineage) {
    this.#sqlite = sqlite;
    this.#isOff = foreignKeys === 'off';
  }

  run(statement: SqlStatement): void {
    const change = this.#isOff ? undefined : rowChangeOf(statement);
    if (!change) this.#schema = undefined;
    const schema = change ? this.#acting() : undefined;
    const setOff = schema && actionsOf(change, schema);
    if (!setOff || setOff.actions.length === 0) this.#sqlite.exec(statement.text);
    else this.#runWith(statement, setOff.actions, needsRecursion(change, setOff, schema));
  }

  #acting(): ActingSchema {
    this.#schema ??= readActing(this.#sqlite);
    return this.#schema;
  }

  #runWith(statement: SqlStatement, actions: readonly ForeignKeyAction[], isRecursive: boolean): void {
    const sqlite = this.#sqlite;
    for (const { trigger } of actions) {
      sqlite.exec(trigger.sql.replace(/^CREATE TRIGGER/, 'CREATE TEMP TRIGGER').replace(' ON ', ' ON main.'));
    }
    const before = sqlite.pragma('recursive_triggers', { simple: true });
    if (isRecursive) sqlite.pragma('recursive_triggers = ON');
    try {
      sqlite.exec(statement.text);
    } finally {
      if (isRecursive) sqlite.pragma(`recursive_triggers = ${before}`);
      for (const { trigger } of actions)
        sqlite.exec(`DROP TRIGGER IF EXISTS temp.${quoteIdentifier(trigger.name)}`);
    }
  }
}

const referencing = new WeakMap<Database, Statement<[], number>>();

function hasReferences(sqlite: Database): boolean {
  const query =
    referencing.get(sqlite) ??
    sqlite
      .prepare<[], number>(`SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE sql LIKE '%REFERENCES%')`)
      .pluck();
  referencing.set(sqlite, query);
  return query.get() === 1;
}

function readActing(sqlite: Database): ActingSchema {
  const actions = hasReferences(sqlite) ? readForeignKeyActions(sqlite) : [];
  const objects = sqlite.prepare<[], { type: string; name: string; sql: string | null }>(
    'SELECT type, name, sql FROM sqlite_schema UNION ALL SELECT type, name, sql FROM sqlite_temp_schema',
  );
  return actingSchema(actions, actions.length === 0 ? [] : objects.all());
}
