import type { Database } from '../driver/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { runActing } from '../replay/index.ts';
import { type EditSchemaOptions, editSchema } from './edit-schema.ts';
import { holdsRows } from './holds-rows.ts';
import type { Patch, PatchScript } from './patch.ts';

export interface ApplyPatchOptions extends EditSchemaOptions {
  readonly lineage: Lineage;
}

/**
 * Runs a patch on a file whose schema is that of the patch's version, inside the caller's transaction and without foreign
 * keys. False where a row is in the way of a statement: the file is of no use then, and a replay says which.
 *
 * @throws SQLite's own errors where rows do not fit
 */
export function applyPatch(sqlite: Database, { batches }: Patch, options: ApplyPatchOptions): boolean {
  for (const [at, batch] of batches.entries()) {
    if (batch.kind === 'run') runScripts(sqlite, batch.scripts, options);
    else if (holdsRows(sqlite, batch.mustBeEmpty)) return false;
    else editSchema(sqlite, batch, { ...options, isEdited: at === 0 && options.isEdited });
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
