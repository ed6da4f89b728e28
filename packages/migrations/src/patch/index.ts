export { patchFile } from './patch-file.ts';
export { patchOf } from './patch-of.ts';
export { PatchRecipe } from './patch-recipe.ts';
export { unrepeatableTables } from './unrepeatable-tables.ts';
