export {
  type ActingSchema,
  actingSchema,
  actionsOf,
  actionsSetOff,
  needsRecursion,
} from './actions-set-off.ts';
export { isAlterColumn } from './alter-column.ts';
export { type ForeignKeyAction, readForeignKeyActions } from './foreign-key-actions.ts';
export { readSchema, type SchemaObject } from './read-schema.ts';
export { countReferenceViolations, newViolations } from './reference-violations.ts';
export { type ReplayResult, replayMigrations } from './replay.ts';
export { replayStatements } from './replay-statements.ts';
export { resolveStoredStrings } from './resolve-stored-strings.ts';
export { type ActingStatement, RowStatements, runActing } from './row-statements.ts';
export { type EmptyRun, runOnEmpty } from './run-on-empty.ts';
