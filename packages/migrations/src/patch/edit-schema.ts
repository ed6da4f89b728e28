import type { Database } from '../driver/index.ts';
import { whichHoldRows } from './holds-rows.ts';
import { narrowRows } from './narrow-rows.ts';
import type { NarrowedRows } from './narrowed-rows.ts';
import type { Alteration, Creation, PatchBatch } from './patch.ts';
import type { PatchRecipe } from './patch-recipe.ts';
import type { PreparedPages } from './prepare-pages.ts';
import { renewTables } from './renew-tables.ts';

type EditBatch = Extract<PatchBatch, { kind: 'edit' }>;

export interface EditSchemaOptions {
  readonly pages: PreparedPages;
  readonly recipe: PatchRecipe;
}

/** Writes into the schema what it says once the statements have run that a batch stands for. */
export function editSchema(
  sqlite: Database,
  { alterations, creations }: EditBatch,
  { pages, recipe }: EditSchemaOptions,
): void {
  const narrow = narrowedTables(sqlite, alterations);
  // Source: https://www.sqlite.org/pragma.html#pragma_writable_schema
  sqlite.unsafeMode(true);
  let narrowed: NarrowedRows[] = [];
  try {
    narrowed = narrowRows(sqlite, narrow, recipe);
    sqlite.exec('PRAGMA writable_schema = ON');
    for (const rows of narrowed) rows.settle();
    alter(sqlite, alterations, recipe);
    create(sqlite, creations, pages);
    sqlite.exec('PRAGMA writable_schema = RESET');
  } finally {
    sqlite.unsafeMode(false);
  }
  for (const rows of narrowed) rows.drop();
  for (const creation of creations) if (!pages.has(creation)) sqlite.exec(creation.object.sql);
  renewTables(sqlite, [
    ...alterations.map(({ to, renewed }) => ({ name: to.name, renewed })),
    ...creations.map(({ object, renewed }) => ({ name: object.name, renewed })),
  ]);
}

/** Those whose rows hold a column that goes. */
function narrowedTables(sqlite: Database, alterations: readonly Alteration[]): Alteration[] {
  const narrowed = alterations.filter(({ isNarrowed }) => isNarrowed);
  const filled = whichHoldRows(
    sqlite,
    narrowed.map(({ name }) => name),
  );
  return narrowed.filter((_, at) => filled[at]);
}

function alter(sqlite: Database, alterations: readonly Alteration[], recipe: PatchRecipe): void {
  if (alterations.length === 0) return;
  const set = 'UPDATE sqlite_schema SET name = ?, tbl_name = ?, sql = ?';
  const byPlace = sqlite.prepare(`${set} WHERE rowid = ? AND type = ? AND name = ?`);
  for (const alteration of alterations) {
    const { type, name, to } = alteration;
    const place = recipe.placeOf(alteration, () => findEntry(sqlite, alteration));
    const { changes } = byPlace.run(to.name, to.table, to.sql, place ?? null, type, name);
    // In a file that came to the same schema on another way its entries lie elsewhere.
    if (changes === 0)
      sqlite.prepare(`${set} WHERE type = ? AND name = ?`).run(to.name, to.table, to.sql, type, name);
  }
  for (const alteration of alterations) if (isRename(alteration)) renameBelongings(sqlite, alteration);
}

/** Undefined where it is not the only one of its name, on the way to another. */
function findEntry(sqlite: Database, { type, name }: Alteration): number | undefined {
  const found = sqlite
    .prepare<[string, string], number>('SELECT rowid FROM sqlite_schema WHERE type = ? AND name = ?')
    .pluck()
    .all(type, name);
  return found.length === 1 ? found[0] : undefined;
}

function isRename({ type, name, to }: Alteration): boolean {
  return type === 'table' && name !== to.name;
}

/** What has no text of its own: the indexes that constraints make, and the counter of AUTOINCREMENT. */
function renameBelongings(sqlite: Database, { name, to }: Alteration): void {
  const prefix = 'sqlite_autoindex_';
  sqlite
    .prepare(
      `UPDATE sqlite_schema SET tbl_name = ?, name = '${prefix}' || ? || substr(name, ?)
       WHERE type = 'index' AND sql IS NULL AND tbl_name = ? COLLATE NOCASE`,
    )
    .run(to.name, to.name, prefix.length + name.length + 1, name);
  const hasCounters = sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`).get();
  if (hasCounters) sqlite.prepare('UPDATE sqlite_sequence SET name = ? WHERE name = ?').run(to.name, name);
}

function create(sqlite: Database, creations: readonly Creation[], pages: PreparedPages): void {
  const ready = creations.filter((creation) => pages.has(creation));
  if (ready.length === 0) return;
  const insert = sqlite.prepare(
    'INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)',
  );
  for (const creation of ready) {
    for (const [at, { type, name, table, sql }] of creation.rows.entries())
      insert.run(type, name, table, pages.get(creation)?.[at], sql);
  }
}
