import {
  brokenReferences,
  countReferenceViolations,
  isMisfit,
  type Patch,
  patchFile,
  prepareImage,
  readLayout,
} from '@varve/migrations/internal';
import { assertTablesSound, type Database, durableFs, isSoundBut } from '../file/index.ts';
import { openSource, withoutWal } from '../source/index.ts';
import { assertLossAccepted } from './assert-loss-accepted.ts';
import type { BuildUpgradedOptions, BuiltUpgrade } from './built-upgrade.ts';
import { countAtHead } from './head-counts.ts';
import { patchFor } from './patch-for.ts';
import { patchCopy } from './patch-upgrade.ts';
import type { PlannedImage } from './plan-at-rest.ts';
import { planImage, withImage } from './plan-image.ts';
import { isLatestRead, readPooled } from './read-pooled.ts';
import { tablesWithGaps } from './tables-with-gaps.ts';
import { unlessRefused } from './unless-refused.ts';
import { type UpgradePlan, verifyPlanned } from './upgrade-plan.ts';
import { verifyCounts } from './verify-counts.ts';
import { verifyPatched } from './verify-patched.ts';

/**
 * `patchCopy` of a small file in memory: the file system is asked to read it once and to write it once, and SQLite locks
 * nothing. Undefined where it must be replayed.
 */
export function patchImage(
  copy: string,
  options: BuildUpgradedOptions,
): BuiltUpgrade | undefined | Promise<BuiltUpgrade | undefined> {
  const { lineage, path, isLossAccepted } = options;
  const known = stillRead(options);
  const image = known?.image ?? withoutWal(readPooled(path));
  const layout = known?.layout ?? readLayout(image);
  if (!layout) return patchCopy(copy, options);
  const plan = known?.plan ?? unlessRefused(() => planImage(lineage, { image, layout, path }));
  if (!plan) return undefined;
  const prepared = options.prepare?.(plan.from);
  // Other files are read meanwhile.
  if (prepared) return prepared.then(() => patchImage(copy, options));
  return unlessRefused(() => {
    if (!isLossAccepted) assertLossAccepted(lineage, plan.from, path);
    const patch = patchFor(options, plan.from);
    if (!patch || plan.recipe.isFit === false) return undefined;
    const prepared = prepareImage(image, layout, patch, plan.recipe);
    const upgraded = withImage(prepared.image, (sqlite) =>
      patchInside(sqlite, { ...options, pages: prepared.pages, isEdited: prepared.isEdited, plan, patch }),
    );
    if (!upgraded) return undefined;
    const sizeBytes = upgraded.length;
    durableFs.stage(copy, upgraded);
    giveBack(upgraded);
    return { from: plan.from, how: 'patched', sizeBytes };
  });
}

/** What other files were read after is gone. */
function stillRead({ planned }: BuildUpgradedOptions): PlannedImage | undefined {
  return planned && isLatestRead(planned.image) ? planned : undefined;
}

/** Gives the memory of bytes back now: else V8 looks through all of its own for each few files. */
function giveBack({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

interface ImageToPatch
  extends BuildUpgradedOptions,
    Pick<ReturnType<typeof prepareImage>, 'pages' | 'isEdited'> {
  readonly plan: UpgradePlan;
  readonly patch: Patch;
}

/** The bytes of the upgraded file. */
function patchInside(sqlite: Database, options: ImageToPatch): Buffer | undefined {
  const { lineage, path, state, plan, patch, pages, isEdited } = options;
  const { from, recipe, ledgerRows } = plan;
  const added = new Set([...pages.values()].flat().filter((page) => page !== undefined));
  const readTables = [...patch.readTables, ...tablesWithGaps(sqlite, patch.renumbered)];
  if (readTables.length > 0) assertTablesSound(sqlite, path, readTables, added);
  const expected = patch.readTables.length > 0 ? countAtHead(sqlite, lineage, from) : [];
  const before =
    plan.hasOrphans && !isEdited ? countReferenceViolations(sqlite, patch.children.before) : undefined;
  if (
    !patchFile(sqlite, lineage, from, {
      patch,
      recipe,
      rowsBefore: ledgerRows,
      header: state.header,
      pages,
      isEdited,
    })
  )
    return undefined;
  if (losesParents(sqlite, options, before)) return undefined;
  // A row that does not fit is for a replay to tell of.
  if (!isSoundBut(sqlite, path, (finding) => isMisfit(finding, patch))) return undefined;
  verifyCounts(sqlite, expected, path);
  const upgraded = sqlite.serialize();
  verifyPlanned(sqlite, lineage, plan, { path, schema: readLayout(upgraded)?.key });
  if (options.verify === 'full')
    verifyPatched(sqlite, () => openSource(path, state), {
      ...options,
      version: from,
      pages: upgraded,
      readImages: () => ({ original: withoutWal(readPooled(path)), upgraded }),
    });
  return upgraded;
}

/** Which rows had no parent is asked of the original only where it is not known, and one has none afterwards. */
function losesParents(
  sqlite: Database,
  { lineage, path, plan, patch: { children } }: ImageToPatch,
  known: ReturnType<typeof countReferenceViolations> | undefined,
): boolean {
  const after = countReferenceViolations(sqlite, children.after);
  if (after.size === 0) return false;
  plan.hasOrphans = true;
  const before =
    known ?? withImage(withoutWal(readPooled(path)), (old) => countReferenceViolations(old, children.before));
  return brokenReferences(lineage, plan.from, before, after).length > 0;
}
