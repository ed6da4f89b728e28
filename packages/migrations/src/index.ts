import './require-node.ts';

export { findLosses, type Loss } from './changes/find-losses.ts';
export { fuseMigrations } from './fusion/fuse-migrations.ts';
export { fusedSchema, fusionOf, headImage } from './fusion/fusion.ts';
export { assertIdentified, type FileIdentity, identifyFile, identityError } from './ledger/identify.ts';
export { ledgerTable } from './ledger/ledger.ts';
export { isFolded, lineageLedger } from './ledger/ledger-steps.ts';
export { ledgerHeight, markUpgrade, readOriginalVersion } from './ledger/original-version.ts';
export { applicationId, versionFromHint } from './ledger/version-hint.ts';
export { compileLens } from './lens/compile-lens.ts';
export { installLens } from './lens/install-lens.ts';
export type { Lens, LensRefusal, LensStage, LensStrategy, LensTable } from './lens/lens.ts';
export { refusalOnFile } from './lens/refusal-on-file.ts';
export { schemaAt } from './lens/schema-at.ts';
export { type DefineLineageOptions, defineLineage } from './lineage/define-lineage.ts';
export { foldFolder } from './lineage/fold-folder.ts';
export {
  type Lineage,
  lineageAt,
  type Migration,
  type SqlFunction,
  type SqlValue,
  type TableModule,
} from './lineage/lineage.ts';
export {
  type LockDifference,
  type LockedMigration,
  lockDifference,
  lockFileName,
  lockLineage,
  parseLock,
  renderLock,
} from './lineage/lineage-lock.ts';
export { migrationFile, type ReadLineageOptions, readLineage, snapshotFile } from './lineage/read-lineage.ts';
export { registerFunctions } from './lineage/register-functions.ts';
export { type RenderLineageModuleOptions, renderLineageModule } from './lineage/render-lineage-module.ts';
export { type LintFinding, lintLineage } from './lint/lint-lineage.ts';
export type { LintCode } from './lint/lint-rules.ts';
export { readSchema, type SchemaObject } from './replay/read-schema.ts';
export { type ReplayResult, replayMigrations } from './replay/replay.ts';
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
export { squashLineage } from './squash/squash-lineage.ts';
export { standardLineage } from './standard-lineage.ts';
