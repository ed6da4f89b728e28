import './require-node.ts';

export type { Loss } from './changes/index.ts';
export type { FileIdentity } from './ledger/index.ts';
export { applicationId, ledgerTable, versionFromHint } from './ledger/index.ts';
export type { Lens, LensRefusal, LensStage, LensStrategy, LensTable } from './lens/index.ts';
export { compileLens } from './lens/index.ts';
export type { LedgerSettings } from './lineage/index.ts';
export {
  type DefineLineageOptions,
  defineLineage,
  type Lineage,
  lineageAt,
  type Migration,
  type ReadLineageOptions,
  readLineage,
  type SqlFunction,
  type SqlValue,
  type TableModule,
} from './lineage/index.ts';
export type { IntendedReference, IntendedReferences, LintCode } from './lint/index.ts';
export { type LintFinding, lintLineage } from './lint/index.ts';
export { type ReplayResult, replayMigrations } from './replay/index.ts';
export { squashLineage } from './squash/index.ts';
export { standardLineage } from './standard-lineage.ts';
