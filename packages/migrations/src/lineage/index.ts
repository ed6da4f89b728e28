export { type DefineLineageOptions, defineLineage } from './define-lineage.ts';
export type { LedgerSettings } from './ledger-settings.ts';
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
  type LockedType,
  lockDifference,
  lockFileName,
  lockLineage,
  parseLock,
  parseLockedTypes,
  renderLock,
} from './lineage-lock.ts';
export { acceptedHashes, sha256 } from './migration-hash.ts';
export { migrationFile, type ReadLineageOptions, readLineage, snapshotFile } from './read-lineage.ts';
export { registerFunctions } from './register-functions.ts';
export { removeMigrations } from './remove-migrations.ts';
export { renameMigration } from './rename-migration.ts';
export {
  isLineageModule,
  type RenderLineageModuleOptions,
  renderLineageModule,
} from './render-lineage-module.ts';
export { squashFolder } from './squash-folder.ts';
