import type { Database } from '../driver/index.ts';
import { findLedger, hintScript, stampHint } from '../ledger/index.ts';
import { schemaAt } from '../lens/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import { readSchema, resolveStoredStrings } from '../replay/index.ts';
import { applyPatch } from './apply-patch.ts';
import { fitsFile } from './fits-file.ts';
import type { Patch, PreparedPages } from './patch.ts';
import { patchOf } from './patch-of.ts';
import { PatchRecipe } from './patch-recipe.ts';
import { preparePages } from './prepare-pages.ts';

export interface PatchFileOptions {
  /** The one of the version that is run. */
  readonly patch?: Patch | undefined;
  /** Of files that are alike. */
  readonly recipe?: PatchRecipe;
  /** How many rows the ledger has. */
  readonly rowsBefore?: number;
  /** What the header of the file says, where it was read already. */
  readonly header?: { readonly applicationId: number; readonly userVersion: number };
  /** Where the file's bytes were given them already. */
  readonly pages?: PreparedPages;
  /** Their schema says already what the patch's first batch has it say. */
  readonly isEdited?: boolean;
}

/**
 * Brings an open file of a version to head as a replay does, with the marks of an upgrade where the rows of its ledger
 * are told; nobody else has it open. Whether rows lost their parents, and fit what the patch's `demanding` tables demand, is
 * for the caller to look at.
 * What it does is not undone where it fails. False where it is not certain to come to the same: the file is of no use then.
 *
 * @throws SQLite's own errors where rows do not fit: a replay says which migration they do not fit.
 */
export function patchFile(
  sqlite: Database,
  lineage: Lineage,
  from: number,
  {
    patch = patchOf(lineage, from),
    recipe = new PatchRecipe(findLedger(sqlite, lineage)),
    rowsBefore,
    header,
    pages,
    isEdited,
  }: PatchFileOptions = {},
): boolean {
  if (!patch || recipe.isFit === false) return false;
  registerFunctions(sqlite, lineage);
  recipe.isFit ??=
    fitsFile(readSchema(sqlite), schemaAt(lineage, from), patch, lineage) &&
    !holdsOldStrings(sqlite, lineage);
  if (!recipe.isFit) return false;
  keepNoJournal(sqlite);
  const prepared = pages ?? preparePages(sqlite, patch);
  // Locks need not be asked for at each statement, once what the file itself was given is seen.
  sqlite.exec('PRAGMA foreign_keys = OFF; PRAGMA main.locking_mode = EXCLUSIVE; BEGIN IMMEDIATE');
  if (!applyPatch(sqlite, patch, { lineage, pages: prepared, recipe, isEdited })) return false;
  recipe.close(sqlite, lineage, from, rowsBefore);
  const head = lineage.migrations.length;
  if (!header) stampHint(sqlite, lineage, head);
  sqlite.exec(`${header ? hintScript(header, lineage, head) : ''}COMMIT`);
  return true;
}

/**
 * From here on nothing can be taken back. The driver has SQLite keep a journal as long as it is not told that this is meant.
 * Source: https://www.sqlite.org/c3ref/c_dbconfig_defensive.html#sqlitedbconfigdefensive
 */
function keepNoJournal(sqlite: Database): void {
  sqlite.unsafeMode(true);
  try {
    sqlite.exec('PRAGMA journal_mode = OFF');
  } finally {
    sqlite.unsafeMode(false);
  }
}

/** Strings in double quotes, as another driver lets views and triggers have them: a replay makes those anew. */
function holdsOldStrings(sqlite: Database, lineage: Lineage): boolean {
  const bodies = readSchema(sqlite).filter(({ type }) => type === 'view' || type === 'trigger');
  if (!bodies.some(({ sql }) => sql.includes('"'))) return false;
  resolveStoredStrings(sqlite, lineage);
  const texts = new Set(readSchema(sqlite).map(({ sql }) => sql));
  return bodies.some(({ sql }) => !texts.has(sql));
}
