/**
 * Plumbing for varve's own packages. Not covered by semantic versioning: any release may change it.
 *
 * @packageDocumentation
 */
import './require-node.ts';

export { findLosses, nameAtHead } from './changes/index.ts';
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
export { fusedSchema, fuseMigrations, fusionOf, headImage } from './fusion/index.ts';
export {
  holdSameRows,
  type ImageLayout,
  isEmptyTree,
  isSameTree,
  ledgerKey,
  readLayout,
  type TreeIn,
} from './image/index.ts';
export {
  assertIdentified,
  findLedger,
  identifyFile,
  identityError,
  isFolded,
  isLedger,
  ledgerHeight,
  ledgerTable,
  ledgerTableOf,
  lineageLedger,
  markUpgrade,
  readLedger,
  readOriginalVersion,
  versionFromHint,
} from './ledger/index.ts';
export {
  compileLens,
  compileOrdinaryLens,
  installLens,
  installLensWhenNamed,
  type LineageSchemas,
  readSchemas,
  refusalOnFile,
  schemaAt,
  takeSchemas,
} from './lens/index.ts';
export {
  isLineageModule,
  type LockDifference,
  type LockedMigration,
  type LockedType,
  lineageAt,
  lockDifference,
  lockFileName,
  lockLineage,
  migrationFile,
  parseLock,
  parseLockedTypes,
  type RenderLineageModuleOptions,
  registerFunctions,
  removeMigrations,
  renameMigration,
  renderLineageModule,
  renderLock,
  snapshotFile,
  squashFolder,
} from './lineage/index.ts';
export {
  type CompiledPatches,
  compilePatches,
  isMisfit,
  type Patch,
  type PatchKind,
  PatchRecipe,
  type PatchUpdates,
  patchFile,
  patchOf,
  prepareImage,
  rowSources,
  takePatches,
  unrepeatableTables,
  virtualStatements,
} from './patch/index.ts';
export {
  brokenReferences,
  countReferenceViolations,
  type PartOfReplay,
  ReplayRecipe,
  readSchema,
  replayMigrations,
  type SchemaObject,
} from './replay/index.ts';
export {
  type BinaryExpr,
  type Expr,
  groupedCells,
  groupSize,
  identifierOf,
  nameKey,
  parseSql,
  quoteIdentifier,
  type Select,
  type SelectFrom,
  type SelectTable,
  type SqlToken,
  textOf,
  tokenizeSql,
  visitSql,
} from './sql/index.ts';
