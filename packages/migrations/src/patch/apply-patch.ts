import type { Database } from '../driver/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { runActing } from '../replay/index.ts';
import { holdsRows } from './holds-rows.ts';
import { narrowRows } from './narrow-rows.ts';
import type { NarrowedRows } from './narrowed-rows.ts';
import type { Alteration, Creation, Patch, PatchBatch, PatchScript } from './patch.ts';
import type { PatchRecipe } from './patch-recipe.ts';
import type { PreparedPages } from './prepare-pages.ts';
import { renewTables } from './renew-tables.ts';

type EditBatch = Extract<PatchBatch, { kind: 'edit' }>;

export interface ApplyPatchOptions {
  readonly lineage: Lineage;
  readonly pages: PreparedPages;
  readonly recipe: PatchRecipe;
}

/**
 * Runs a patch on a file whose schema is that of the patch's version, inside the caller's transaction and without foreign
 * keys. False where a row is in the way of a statement: the file is of no use then, and a replay says which.
 *
 * @throws SQLite's own errors where rows do not fit
 */
export function applyPatch(sqlite: Database, { batches }: Patch, options: ApplyPatchOptions): boolean {
  for (const batch of batches) {
    if (batch.kind === 'run') runScripts(sqlite, batch.scripts, options);
    else if (holdsRows(sqlite, batch.mustBeEmpty)) return false;
    else editSchema(sqlite, batch, options.pages);
  }
  return true;
}

function runScripts(
  sqlite: Database,
  scripts: readonly PatchScript[],
  { lineage, recipe }: ApplyPatchOptions,
): void {
  for (const script of scripts) {
    if (script.isActing)
      recipe.runEach(script, [sqlite, lineage], (statement) => runActing(sqlite, statement));
    else sqlite.exec(script.sql);
  }
}

function editSchema(sqlite: Database, { alterations, creations }: EditBatch, pages: PreparedPages): void {
  const narrow = alterations.filter((it) => it.isNarrowed && holdsRows(sqlite, [it.name]));
  // Source: https://www.sqlite.org/pragma.html#pragma_writable_schema
  sqlite.unsafeMode(true);
  let narrowed: NarrowedRows[] = [];
  try {
    narrowed = narrowRows(sqlite, narrow);
    sqlite.exec('PRAGMA writable_schema = ON');
    for (const rows of narrowed) rows.settle();
    alter(sqlite, alterations);
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

function alter(sqlite: Database, alterations: readonly Alteration[]): void {
  if (alterations.length === 0) return;
  const update = sqlite.prepare(
    'UPDATE sqlite_schema SET name = ?, tbl_name = ?, sql = ? WHERE type = ? AND name = ?',
  );
  for (const { type, name, to } of alterations) update.run(to.name, to.table, to.sql, type, name);
  for (const alteration of alterations) if (isRename(alteration)) renameBelongings(sqlite, alteration);
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
