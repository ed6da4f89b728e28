import { type Lineage, replayMigrations } from '@varve/migrations';
import { type Database, openMemory } from '@varve/migrations/internal';

/** What head has and a view, or a query over archives, does not. */
export interface LeftOut {
  readonly name: string;
  /** What it is, and why it is not there, as the end of a sentence that begins with its name. */
  readonly reason: string;
}

/** SQLite's own limit, less the view's own columns. Source: https://www.sqlite.org/limits.html */
export const mostColumns = 2000 - 2;

const known = new WeakMap<Lineage, readonly LeftOut[]>();

/** The views and virtual tables of head, and tables of more columns than a view can take beside its own. */
export function readLeftOut(lineage: Lineage): readonly LeftOut[] {
  const before = known.get(lineage);
  if (before) return before;
  const sqlite = openMemory();
  try {
    replayMigrations(sqlite, lineage);
    const found = listLeftOut(sqlite);
    known.set(lineage, found);
    return found;
  } finally {
    sqlite.close();
  }
}

function listLeftOut(sqlite: Database): LeftOut[] {
  const relations = sqlite
    .prepare<[], { name: string; type: string; ncol: number }>(
      `SELECT name, type, ncol FROM pragma_table_list
       WHERE schema = 'main' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name`,
    )
    .all();
  return relations.flatMap(({ name, type, ncol }) => {
    const reason = type === 'table' ? tooWide(ncol) : reasons[type];
    return reason === undefined ? [] : [{ name, reason }];
  });
}

const reasons: Readonly<Record<string, string>> = {
  view: 'is a view of head: name the tables that it reads, and join them by _archive too',
  virtual:
    'is a virtual table of head, which holds what its archive alone can search: ask one file with varve read',
  shadow: 'belongs to a virtual table of head: ask one file with varve read',
};

function tooWide(columns: number): string | undefined {
  if (columns <= mostColumns) return undefined;
  return `has ${columns} columns, and two of SQLite's 2000 are needed for _archive and _version: ask one file with varve read`;
}

/** The table in which a view says what it leaves out, so that an error can. */
export function writeLeftOut(sqlite: Database, lineage: Lineage): void {
  sqlite.exec('CREATE TABLE "_left_out" ("name" TEXT PRIMARY KEY, "reason" TEXT NOT NULL) WITHOUT ROWID');
  const insert = sqlite.prepare('INSERT INTO "_left_out" VALUES (?, ?)');
  for (const { name, reason } of readLeftOut(lineage)) insert.run(name, reason);
}

/** Why a view has no table of this name; undefined where head has none either, or the view does not say. */
export function reasonLeftOut(sqlite: Database, name: string): string | undefined {
  const says = sqlite.prepare(`SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = '_left_out'`);
  if (!says.get()) return undefined;
  const sql = 'SELECT "name" || \' \' || "reason" FROM main."_left_out" WHERE "name" = ? COLLATE NOCASE';
  return sqlite.prepare<[string], string>(sql).pluck().get(name);
}
