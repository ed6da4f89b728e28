/**
 * What a worker of a bulk upgrade needs, without the ORM: it starts at once. Plumbing, not covered by semantic versioning.
 *
 * @packageDocumentation
 */
export { atDeath, fileError } from './file/index.ts';
export {
  type CompiledVersion,
  compileVersion,
  type Prepare,
  takeVersion,
  type UpgradeArchiveOptions,
  type UpgradePreparedOptions,
  type UpgradeResult,
  upgradePrepared,
} from './upgrade/index.ts';
