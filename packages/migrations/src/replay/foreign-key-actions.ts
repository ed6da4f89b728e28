import type { Database } from '../driver/index.ts';
import { nameKey, quoteIdentifier } from '../sql/index.ts';
import type { SchemaObject } from './read-schema.ts';

/** What a foreign key does to a child's rows when a parent's go or change. RESTRICT and NO ACTION do nothing to rows. */
export interface ForeignKeyAction {
  readonly event: 'DELETE' | 'UPDATE';
  readonly action: 'CASCADE' | 'SET NULL' | 'SET DEFAULT';
  readonly parent: string;
  readonly child: string;
  readonly columns: readonly ActionColumn[];
  /** A trigger on the parent that does the same. SQLite does it by such a program itself. */
  readonly trigger: SchemaObject;
}

export interface ActionColumn {
  readonly parent: string;
  readonly child: string;
  /** The child's DEFAULT, as written. */
  readonly defaultSql: string;
}

interface KeyRow {
  readonly child: string;
  readonly id: number;
  readonly parent: string;
  readonly from: string;
  readonly to: string | null;
  readonly on_delete: string;
  readonly on_update: string;
  readonly dflt: string | null;
}

const acting = new Set(['CASCADE', 'SET NULL', 'SET DEFAULT']);

/**
 * The actions of all foreign keys of a file whose parent has the unique key that they refer to: without it SQLite
 * refuses any statement that would set them off.
 * Source: https://www.sqlite.org/foreignkeys.html#fk_actions
 */
export function readForeignKeyActions(sqlite: Database): ForeignKeyAction[] {
  const rows = sqlite
    .prepare<[], KeyRow>(
      `SELECT c.name AS child, f.id, p.name AS parent, f."from", f."to", f.on_delete, f.on_update,
         (SELECT dflt_value FROM pragma_table_xinfo(c.name, 'main') x WHERE x.name = f."from" COLLATE NOCASE) AS dflt
       FROM sqlite_schema c JOIN pragma_foreign_key_list(c.name, 'main') f
         JOIN sqlite_schema p ON p.type = 'table' AND p.name = f."table" COLLATE NOCASE
       WHERE c.type = 'table' AND (f.on_delete <> 'NO ACTION' OR f.on_update <> 'NO ACTION')
       ORDER BY c.rowid, f.id, f.seq`,
    )
    .all();
  const keys = Map.groupBy(rows, (row) => `${row.child}\0${row.id}`);
  const parents = new Map<string, UniqueColumns>();
  const uniqueOf = (parent: string): UniqueColumns => {
    const known = parents.get(parent) ?? readUniqueColumns(sqlite, quoteIdentifier(parent));
    parents.set(parent, known);
    return known;
  };
  return [...keys.values()].flatMap((key) => actionsOfKey(key, uniqueOf));
}

function actionsOfKey(
  key: readonly KeyRow[],
  uniqueOf: (parent: string) => UniqueColumns,
): ForeignKeyAction[] {
  const [first] = key;
  if (!first || !(acting.has(first.on_delete) || acting.has(first.on_update))) return [];
  const referenced = referencedColumns(key, uniqueOf(first.parent));
  if (!referenced) return [];
  const columns = key.map(({ from, dflt }, at) => ({
    parent: referenced[at] ?? '',
    child: from,
    defaultSql: dflt ?? 'NULL',
  }));
  return (['DELETE', 'UPDATE'] as const).flatMap((event): ForeignKeyAction[] => {
    const action = event === 'DELETE' ? first.on_delete : first.on_update;
    if (!acting.has(action)) return [];
    const known = { event, action: action as ForeignKeyAction['action'], columns };
    const { parent, child } = first;
    const trigger = triggerOf({ ...known, parent, child }, first.id);
    return [{ ...known, parent, child, trigger }];
  });
}

/** What a foreign key may refer to. */
interface UniqueColumns {
  readonly primary: readonly string[];
  readonly indexes: readonly (readonly (string | null)[])[];
}

function readUniqueColumns(sqlite: Database, parent: string): UniqueColumns {
  const columns = sqlite.pragma(`main.table_xinfo(${parent})`) as { name: string; pk: number }[];
  const primary = columns
    .filter(({ pk }) => pk > 0)
    .sort((a, b) => a.pk - b.pk)
    .map(({ name }) => name);
  return { primary, indexes: uniqueIndexes(sqlite, parent) };
}

/** The parent's columns: the primary key where none are named. Undefined where they are not unique. */
function referencedColumns(
  key: readonly KeyRow[],
  { primary, indexes }: UniqueColumns,
): readonly string[] | undefined {
  const named = key.map(({ to }) => to).filter((to) => to !== null);
  if (named.length === 0) return primary.length === key.length ? primary : undefined;
  const wanted = named.map(nameKey).sort().join('\0');
  const isKey = (names: readonly (string | null)[]) =>
    names
      .map((name) => nameKey(name ?? ''))
      .sort()
      .join('\0') === wanted;
  return isKey(primary) || indexes.some(isKey) ? named : undefined;
}

function uniqueIndexes(sqlite: Database, table: string): (string | null)[][] {
  const indexes = sqlite.pragma(`main.index_list(${table})`) as {
    name: string;
    unique: number;
    partial: number;
  }[];
  return indexes
    .filter(({ unique, partial }) => unique === 1 && partial === 0)
    .map(({ name }) =>
      (sqlite.pragma(`main.index_info(${quoteIdentifier(name)})`) as { name: string | null }[]).map(
        (column) => column.name,
      ),
    );
}

type Described = Omit<ForeignKeyAction, 'trigger'>;

function triggerOf({ event, action, parent, child, columns }: Described, id: number): SchemaObject {
  const name = `varve ${event.toLowerCase()} ${child} ${id}`;
  const where = columns.map((it) => `old.${quoteIdentifier(it.parent)} = ${quoteIdentifier(it.child)}`);
  const same = columns.map((it) => {
    const column = quoteIdentifier(it.parent);
    return `old.${column} IS new.${column}`;
  });
  const when = event === 'UPDATE' ? ` WHEN NOT (${same.join(' AND ')})` : '';
  const verb =
    event === 'DELETE' && action === 'CASCADE'
      ? `DELETE FROM ${quoteIdentifier(child)}`
      : `UPDATE ${quoteIdentifier(child)} SET ${columns.map((it) => renderSet(it, action)).join(', ')}`;
  return {
    type: 'trigger',
    name,
    table: parent,
    sql: `CREATE TRIGGER ${quoteIdentifier(name)} AFTER ${event} ON ${quoteIdentifier(parent)}${when} BEGIN ${verb} WHERE ${where.join(' AND ')}; END`,
  };
}

function renderSet({ parent, child, defaultSql }: ActionColumn, action: ForeignKeyAction['action']): string {
  const values = {
    'SET NULL': 'NULL',
    'SET DEFAULT': `(${defaultSql})`,
    CASCADE: `new.${quoteIdentifier(parent)}`,
  };
  return `${quoteIdentifier(child)} = ${values[action]}`;
}
