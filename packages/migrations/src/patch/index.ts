export { isMisfit } from './is-misfit.ts';
export type { Patch, PreparedPages } from './patch.ts';
export { patchFile } from './patch-file.ts';
export {
  type CompiledPatches,
  compilePatches,
  type PatchKind,
  type PatchUpdates,
  patchOf,
  takePatches,
} from './patch-of.ts';
export { PatchRecipe } from './patch-recipe.ts';
export { prepareImage } from './prepare-pages.ts';
export { type RowSources, rowSources } from './row-sources.ts';
export { unrepeatableTables } from './unrepeatable-tables.ts';
export { virtualStatements } from './virtual-statements.ts';
