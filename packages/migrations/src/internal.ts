/**
 * Plumbing for varve's own packages. Not covered by semantic versioning: any release may change it.
 *
 * @packageDocumentation
 */
import './require-node.ts';

export { findLosses } from './changes/find-losses.ts';
export {
  type Connection,
  type Database,
  isSqliteError,
  type OpenFileOptions,
  openFile,
  openImage,
  openMemory,
  type Statement,
} from './driver/index.ts';
export { fuseMigrations } from './fusion/fuse-migrations.ts';
export { fusedSchema, fusionOf, headImage } from './fusion/fusion.ts';
export { findLedger, ledgerTable, ledgerTableOf } from './ledger/find-ledger.ts';
export { assertIdentified, identifyFile, identityError } from './ledger/identify.ts';
export { readLedger } from './ledger/ledger.ts';
export { isFolded, lineageLedger } from './ledger/ledger-steps.ts';
export { ledgerHeight, markUpgrade, readOriginalVersion } from './ledger/original-version.ts';
export { versionFromHint } from './ledger/version-hint.ts';
export { compileLens } from './lens/compile-lens.ts';
export { installLens } from './lens/install-lens.ts';
export { refusalOnFile } from './lens/refusal-on-file.ts';
export { schemaAt } from './lens/schema-at.ts';
export { foldFolder } from './lineage/fold-folder.ts';
export {
  type LockDifference,
  type LockedMigration,
  lockDifference,
  lockFileName,
  lockLineage,
  parseLock,
  renderLock,
} from './lineage/lineage-lock.ts';
export { migrationFile, snapshotFile } from './lineage/read-lineage.ts';
export { registerFunctions } from './lineage/register-functions.ts';
export { type RenderLineageModuleOptions, renderLineageModule } from './lineage/render-lineage-module.ts';
export { patchFile } from './patch/patch-file.ts';
export { patchOf } from './patch/patch-of.ts';
export { readSchema, type SchemaObject } from './replay/read-schema.ts';
export { countReferenceViolations, newViolations } from './replay/reference-violations.ts';
export { replayMigrations } from './replay/replay.ts';
export { nameKey } from './sql/name-key.ts';
export {
  type BinaryExpr,
  type Expr,
  parseSql,
  type Select,
  type SelectFrom,
  type SelectTable,
  textOf,
  visitSql,
} from './sql/parse-sql.ts';
export { quoteIdentifier, type SqlToken, tokenizeSql } from './sql/sql-tokens.ts';
