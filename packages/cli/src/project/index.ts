export { checkProject } from './check-project.ts';
export { type Drop, parseDrop } from './drop.ts';
export { type GenerateResult, generateMigrations } from './generate-migrations.ts';
export {
  defaultAnswers,
  type InitAnswers,
  initProject,
  installCommands,
  moduleNotes,
} from './init-project.ts';
export { renderWarnings } from './lint-project.ts';
export type { Project } from './load-project.ts';
export { renderReadability } from './readability.ts';
export { parseRename, type Rename } from './rename.ts';
export { type SquashResult, squashProject } from './squash-project.ts';
export { type UngenerateResult, ungenerateMigration } from './ungenerate-migration.ts';
