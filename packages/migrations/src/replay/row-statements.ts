import type { Database, Statement } from '../driver/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { quoteIdentifier, type RowChange, rowChangeOf, type SqlStatement } from '../sql/index.ts';
import { type ActingSchema, actingSchema } from './acting-schema.ts';
import { actionsOf } from './actions-set-off.ts';
import { type ForeignKeyAction, readForeignKeyActions } from './foreign-key-actions.ts';
import { type HowToRun, howToRun } from './how-to-run.ts';
import { runWithKeys, type WithKeys } from './run-with-keys.ts';
import { withTriggersAside } from './triggers-aside.ts';

export type ActingLineage = Pick<Lineage, 'foreignKeys'> & Partial<Pick<Lineage, 'functions'>>;

/** A statement with what stands in for its foreign keys, as text: files of one schema need not be asked each. */
export interface ActingStatement extends Pick<HowToRun, 'isRecursive' | 'aside'> {
  readonly text: string;
  /** The triggers that do what the foreign keys ask for, made before it and dropped after it. */
  readonly triggers: readonly { readonly name: string; readonly create: string }[];
  readonly withKeys: WithKeys | undefined;
}

/**
 * Runs statements with foreign keys off, and does to children what an explicit DELETE, UPDATE or REPLACE does to them
 * with foreign keys on. The pragma has no effect inside a transaction, so triggers do it: as SQLite's own do,
 * row by row and before the triggers of the table.
 */
export class RowStatements {
  readonly #sqlite: Database;
  readonly #lineage: ActingLineage;
  #schema: ActingSchema | undefined;

  constructor(sqlite: Database, lineage: ActingLineage) {
    this.#sqlite = sqlite;
    this.#lineage = lineage;
  }

  run(statement: SqlStatement): ActingStatement {
    const acting = this.prepare(statement);
    runActing(this.#sqlite, acting);
    return acting;
  }

  /** Looks at the schema as it is now. */
  prepare(statement: SqlStatement): ActingStatement {
    const change = this.#lineage.foreignKeys === 'off' ? undefined : rowChangeOf(statement);
    if (!change) this.#schema = undefined;
    const schema = change && maySetOff(this.#sqlite, change) ? this.#acting() : undefined;
    const setOff = schema && actionsOf(change, schema);
    const { text } = statement;
    if (!setOff || setOff.actions.length === 0) return plainly(text);
    const triggers = setOff.actions.map(toTemporary);
    const { withKeys: tables, ...how } = howToRun(change, setOff, schema);
    const withKeys = tables && { tables, functions: this.#lineage.functions ?? {} };
    return { text, triggers, ...how, withKeys };
  }

  #acting(): ActingSchema {
    this.#schema ??= readActing(this.#sqlite);
    return this.#schema;
  }
}

function toTemporary({ trigger: { name, sql } }: ForeignKeyAction): ActingStatement['triggers'][number] {
  const create = sql.replace(/^CREATE TRIGGER/, 'CREATE TEMP TRIGGER').replace(' ON ', ' ON main.');
  return { name, create };
}

/** A statement for which nothing need stand in. */
export function plainly(text: string): ActingStatement {
  return { text, triggers: [], isRecursive: false, aside: [], withKeys: undefined };
}

export function runActing(sqlite: Database, statement: ActingStatement): void {
  const { text, triggers, withKeys, aside } = statement;
  if (triggers.length === 0) sqlite.exec(text);
  else if (!withKeys || !runWithKeys(sqlite, text, withKeys)) {
    withTriggersAside(sqlite, aside, () => runUnderTriggers(sqlite, statement));
  }
}

function runUnderTriggers(sqlite: Database, { text, triggers, isRecursive }: ActingStatement): void {
  sqlite.exec(triggers.map(({ create }) => create).join(';\n'));
  const before = isRecursive && sqlite.pragma('recursive_triggers', { simple: true });
  if (isRecursive) sqlite.pragma('recursive_triggers = ON');
  try {
    sqlite.exec(text);
  } finally {
    if (isRecursive) sqlite.pragma(`recursive_triggers = ${before}`);
    sqlite.exec(
      triggers.map(({ name }) => `DROP TRIGGER IF EXISTS temp.${quoteIdentifier(name)}`).join(';\n'),
    );
  }
}

const referencing = new WeakMap<Database, Statement<[string, number], number>>();

/** Whether it is worth a look at the foreign keys, by the texts alone: most changes are of tables that none refers to. */
function maySetOff(sqlite: Database, change: RowChange | 'any'): boolean {
  const query =
    referencing.get(sqlite) ??
    sqlite
      .prepare<[string, number], number>(
        `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE sql LIKE '%REFERENCES%') AND EXISTS (
           SELECT 1 FROM (SELECT type, sql FROM sqlite_schema UNION ALL SELECT type, sql FROM sqlite_temp_schema)
           WHERE type = 'trigger' OR (type = 'table' AND (
             sql LIKE '%REPLACE%' OR (instr(lower(sql), lower(?)) AND sql LIKE '%REFERENCES%' AND ?))))`,
      )
      .pluck();
  referencing.set(sqlite, query);
  if (change === 'any') return query.get('', 1) === 1;
  // As it is written where it need not be escaped.
  const name = /^\w*$/.test(change.table) ? change.table : '';
  return query.get(name, Number(change.deletes || change.updates.length > 0)) === 1;
}

function readActing(sqlite: Database): ActingSchema {
  const actions = readForeignKeyActions(sqlite);
  const objects = sqlite.prepare<[], { type: string; name: string; sql: string | null; isTemporary: 0 | 1 }>(
    `SELECT type, name, sql, 0 AS isTemporary FROM sqlite_schema
     UNION ALL SELECT type, name, sql, 1 FROM sqlite_temp_schema`,
  );
  return actingSchema(actions, actions.length === 0 ? [] : objects.all());
}
