import './require-node.ts';

export type { Loss } from './changes/find-losses.ts';
export { ledgerTable } from './ledger/find-ledger.ts';
export type { FileIdentity } from './ledger/identify.ts';
export type { LedgerSettings } from './ledger/ledger-settings.ts';
export { applicationId, versionFromHint } from './ledger/version-hint.ts';
export { compileLens } from './lens/compile-lens.ts';
export type { Lens, LensRefusal, LensStage, LensStrategy, LensTable } from './lens/lens.ts';
export { type DefineLineageOptions, defineLineage } from './lineage/define-lineage.ts';
export {
  type Lineage,
  lineageAt,
  type Migration,
  type SqlFunction,
  type SqlValue,
  type TableModule,
} from './lineage/lineage.ts';
export { type ReadLineageOptions, readLineage } from './lineage/read-lineage.ts';
export { type LintFinding, lintLineage } from './lint/lint-lineage.ts';
export type { LintCode } from './lint/lint-rules.ts';
export { type ReplayResult, replayMigrations } from './replay/replay.ts';
export { squashLineage } from './squash/squash-lineage.ts';
export { standardLineage } from './standard-lineage.ts';
