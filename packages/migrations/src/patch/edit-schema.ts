import type { Database } from '../driver/index.ts';
import { whichHoldRows } from './holds-rows.ts';
import { narrowRows } from './narrow-rows.ts';
import type { NarrowedRows } from './narrowed-rows.ts';
import type { Alteration, Creation, PatchBatch, PreparedPages } from './patch.ts';
import type { Belongings, PatchRecipe } from './patch-recipe.ts';
import { countAgain, forgetStatistics, ownTables, type RenewedTable } from './renew-tables.ts';

type EditBatch = Extract<PatchBatch, { kind: 'edit' }>;

export interface EditSchemaOptions {
  readonly pages: PreparedPages;
  readonly recipe: PatchRecipe;
  /** What the first edit has the schema say was written before the file was opened. */
  readonly isEdited?: boolean | undefined;
}

/** Writes into the schema what it says once the statements have run that a batch stands for. */
export function editSchema(sqlite: Database, batch: EditBatch, options: EditSchemaOptions): void {
  if (!options.isEdited) writeSchema(sqlite, batch, options);
  for (const creation of batch.creations) if (!options.pages.has(creation)) sqlite.exec(creation.object.sql);
  const renewed = renewedTables(batch);
  if (renewed.length > 0)
    countAgain(
      sqlite,
      renewed,
      options.recipe.ownTables.of(batch.creations, () => ownTables(sqlite)),
    );
}

function writeSchema(sqlite: Database, batch: EditBatch, { pages, recipe }: EditSchemaOptions): void {
  const { alterations, creations } = batch;
  const narrow = narrowedTables(sqlite, alterations);
  const renewed = renewedTables(batch);
  // Source: https://www.sqlite.org/pragma.html#pragma_writable_schema
  sqlite.unsafeMode(true);
  let narrowed: NarrowedRows[] = [];
  try {
    narrowed = narrowRows(sqlite, narrow, recipe);
    sqlite.exec('PRAGMA writable_schema = ON');
    for (const rows of narrowed) rows.settle();
    alter(sqlite, alterations, recipe);
    create(sqlite, creations, pages);
    // SQLite takes them up with the schema: by what a replay has forgotten it would meet rows in another order.
    if (renewed.length > 0)
      forgetStatistics(
        sqlite,
        renewed,
        recipe.ownTables.of(alterations, () => ownTables(sqlite)),
      );
    sqlite.exec('PRAGMA writable_schema = RESET');
  } finally {
    sqlite.unsafeMode(false);
  }
  for (const rows of narrowed) rows.drop();
}

function renewedTables({ alterations, creations }: EditBatch): RenewedTable[] {
  const all = [
    ...alterations.map(({ to, renewed }) => ({ name: to.name, renewed })),
    ...creations.map(({ object, renewed }) => ({ name: object.name, renewed })),
  ];
  return all.flatMap(({ name, renewed }) => (renewed === undefined ? [] : { name, renewed }));
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
    const place = recipe.places.of(alteration, () => findEntry(sqlite, alteration));
    const { changes } = byPlace.run(to.name, to.table, to.sql, place ?? null, type, name);
    // In a file that came to the same schema on another way its entries lie elsewhere.
    if (changes === 0)
      sqlite.prepare(`${set} WHERE type = ? AND name = ?`).run(to.name, to.table, to.sql, type, name);
  }
  for (const alteration of alterations)
    if (isRename(alteration)) renameBelongings(sqlite, alteration, recipe);
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
function renameBelongings(sqlite: Database, alteration: Alteration, recipe: PatchRecipe): void {
  const { name, to } = alteration;
  const { hasIndexes, hasCounters } = recipe.belongings.of(alteration, () => findBelongings(sqlite, name));
  const prefix = 'sqlite_autoindex_';
  if (hasIndexes)
    sqlite
      .prepare(
        `UPDATE sqlite_schema SET tbl_name = ?, name = '${prefix}' || ? || substr(name, ?) WHERE ${ownIndexes}`,
      )
      .run(to.name, to.name, prefix.length + [...name].length + 1, name);
  if (hasCounters) sqlite.prepare('UPDATE sqlite_sequence SET name = ? WHERE name = ?').run(to.name, name);
}

const ownIndexes = `type = 'index' AND sql IS NULL AND tbl_name = ? COLLATE NOCASE`;

function findBelongings(sqlite: Database, table: string): Belongings {
  const has = (which: string, ...values: string[]) =>
    sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE ${which}`).get(...values) !== undefined;
  return { hasIndexes: has(ownIndexes, table), hasCounters: has(`name = 'sqlite_sequence'`) };
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
