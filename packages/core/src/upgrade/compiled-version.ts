import type { Lineage } from '@varve/migrations';
import { type CompiledPatches, compilePatches, takePatches } from '@varve/migrations/internal';
import { type CountQuery, countQuery, takeCountQuery } from './head-counts.ts';
import { updatesFor } from './patch-for.ts';
import type { UpgradeVerification } from './verify-rows.ts';

/** What upgrades of files of one version are made by, but for large ones: plain data. */
export interface CompiledVersion {
  readonly patches: CompiledPatches | undefined;
  readonly counts: CountQuery | undefined;
}

export function compileVersion(
  lineage: Lineage,
  from: number,
  verify: UpgradeVerification = 'counts',
): CompiledVersion {
  // Which way is taken, and what is counted, is told by the joined one.
  const patches = compilePatches(lineage, from, [...new Set(['joined', updatesFor(verify)] as const)]);
  return { patches, counts: patches && countQuery(lineage, from) };
}

/** Takes what another process compiled of the same lineage. */
export function takeVersion(lineage: Lineage, from: number, { patches, counts }: CompiledVersion): void {
  takePatches(lineage, from, patches);
  if (counts) takeCountQuery(lineage, from, counts);
}
