import { actionsOf, type ForeignKeyAction, type SchemaObject } from '../../replay/index.ts';
import {
  identifierOf,
  nameKey,
  rowChangeOf,
  type SqlStatement,
  type SqlToken,
  tokenizeSql,
} from '../../sql/index.ts';
import { Refused } from '../refused.ts';
import type { Shape } from '../shape.ts';

/** Tables, by name key, and what stands between them: all that a statement may come to. */
export interface Reach {
  /** The statement's own table, and every table that triggers of such tables mention. */
  readonly changed: ReadonlySet<string>;
  readonly tables: ReadonlySet<string>;
  readonly views: ReadonlySet<SchemaObject>;
  readonly triggers: ReadonlySet<SchemaObject>;
  /** Triggers that do what foreign keys do. */
  readonly actions: ReadonlySet<SchemaObject>;
}

/** What the connection did before, which is not what it did in a replay. */
const connectionState = new Set(['last_insert_rowid', 'changes', 'total_changes']);

/**
 * Follows names, not grammar: a word that is the name of a table counts as the table. So it finds too much now and
 * then, and never too little.
 *
 * @throws Refused for what means something else on TEMP tables than in a replay.
 */
export function reachOf(statement: SqlStatement, target: string, shape: Shape): Reach {
  const search = new ReachSearch(shape, actionsIn(statement, shape), assertSameInTemp);
  search.changeTable(nameKey(target));
  search.mention(statement.tokens, false);
  return search;
}

/** The name keys of all tables whose rows a statement may change, whatever it means on TEMP tables. */
export function changedBy(statement: SqlStatement, target: string, shape: Shape): ReadonlySet<string> {
  const search = new ReachSearch(shape, actionsIn(statement, shape), () => {});
  search.changeTable(nameKey(target));
  return search.changed;
}

function actionsIn(statement: SqlStatement, shape: Shape): readonly ForeignKeyAction[] {
  return actionsOf(rowChangeOf(statement), shape.acting()).actions;
}

type CheckName = (key: string, token: SqlToken, next: string | undefined) => void;

class ReachSearch implements Reach {
  readonly changed = new Set<string>();
  readonly tables = new Set<string>();
  readonly views = new Set<SchemaObject>();
  readonly triggers = new Set<SchemaObject>();
  readonly actions = new Set<SchemaObject>();
  readonly #foreignKeys: readonly ForeignKeyAction[];
  readonly #shape: Shape;
  readonly #objects: readonly SchemaObject[];
  readonly #checkName: CheckName;

  constructor(shape: Shape, foreignKeys: readonly ForeignKeyAction[], checkName: CheckName) {
    this.#checkName = checkName;
    this.#foreignKeys = foreignKeys;
    this.#shape = shape;
    this.#objects = [...shape.objects, ...shape.tempViews];
  }

  /** Views too are changed, by triggers INSTEAD OF. */
  changeTable(key: string): void {
    if (this.changed.has(key)) return;
    this.changed.add(key);
    this.tables.add(key);
    for (const trigger of this.#objects.filter((it) => it.type === 'trigger' && nameKey(it.table) === key)) {
      this.triggers.add(trigger);
      this.mention(tokensOf(trigger.sql), true);
    }
    for (const { parent, trigger } of this.#foreignKeys) {
      if (nameKey(parent) !== key) continue;
      this.actions.add(trigger);
      this.mention(tokensOf(trigger.sql), true);
    }
  }

  mention(tokens: readonly SqlToken[], isInTrigger: boolean): void {
    for (const [at, token] of tokens.entries()) {
      const key = nameKey(identifierOf(token) ?? '');
      this.#checkName(key, token, tokens[at + 1]?.text);
      const view = this.#objects.find((it) => it.type === 'view' && nameKey(it.name) === key);
      if (view && !this.views.has(view)) {
        this.views.add(view);
        this.mention(tokensOf(view.sql), isInTrigger);
      }
      if (view && isInTrigger) this.changeTable(key);
      if (!this.#shape.tables.has(key) && !this.#shape.opaque.has(key)) continue;
      this.tables.add(key);
      if (isInTrigger) this.changeTable(key);
    }
  }
}

function tokensOf(sql: string): SqlToken[] {
  return [...tokenizeSql(sql)].filter((token) => token.kind !== 'comment');
}

function assertSameInTemp(key: string, token: SqlToken, next: string | undefined): void {
  if (token.kind === 'string') return;
  if (key === 'main' && next === '.') throw new Refused('it names the schema main');
  if (/^(sqlite|pragma)_/.test(key)) throw new Refused(`it reads ${key}`);
  if (connectionState.has(key) && next === '(') {
    throw new Refused(`${key}() tells what the connection did before`);
  }
}
