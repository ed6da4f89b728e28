import './require-node.ts';

export { type DefineLineageOptions, defineLineage } from './define-lineage.ts';
export { findLosses, type Loss } from './find-losses.ts';
export { foldFolder } from './fold-folder.ts';
export { fuseMigrations } from './fusion/fuse-migrations.ts';
export { fusedSchema, fusionOf, headImage } from './fusion/fusion.ts';
export { assertIdentified, type FileIdentity, identifyFile, identityError } from './identify.ts';
export { ledgerTable } from './ledger.ts';
export { compileLens } from './lens/compile-lens.ts';
export { installLens } from './lens/install-lens.ts';
export type { Lens, LensRefusal, LensStage, LensStrategy, LensTable } from './lens/lens.ts';
export { refusalOnFile } from './lens/refusal-on-file.ts';
export {
  type Lineage,
  lineageAt,
  type Migration,
  type SqlFunction,
  type SqlValue,
  type TableModule,
} from './lineage.ts';
export {
  type LockDifference,
  type LockedMigration,
  lockDifference,
  lockFileName,
  lockLineage,
  parseLock,
  renderLock,
} from './lineage-lock.ts';
export { type LintFinding, lintLineage } from './lint/lint-lineage.ts';
export type { LintCode } from './lint/lint-rules.ts';
export { ledgerHeight, markUpgrade, readOriginalVersion } from './original-version.ts';
export { migrationFile, type ReadLineageOptions, readLineage, snapshotFile } from './read-lineage.ts';
export { readSchema, type SchemaObject } from './read-schema.ts';
export { registerFunctions } from './register-functions.ts';
export { type RenderLineageModuleOptions, renderLineageModule } from './render-lineage-module.ts';
export { type ReplayResult, replayMigrations } from './replay.ts';
export { schemaAt } from './schema-at.ts';
export { quoteIdentifier, type SqlToken, tokenizeSql } from './sql-tokens.ts';
export { isFolded, lineageLedger } from './squash/ledger-steps.ts';
export { squashLineage } from './squash/squash-lineage.ts';
export { standardLineage } from './standard-lineage.ts';
export { applicationId, versionFromHint } from './version-hint.ts';
