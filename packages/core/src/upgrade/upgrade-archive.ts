import type { Lineage } from '@varve/migrations';
import { versionFromHint } from '@varve/migrations/internal';
import { fileError, lookBeside, onFile, realPath, removeWork, statOf, workFile } from '../file/index.ts';
import { type FileAtRest, fingerprint, inspectAtRest, inspectFile } from '../source/index.ts';
import { assertLossAccepted } from './assert-loss-accepted.ts';
import { buildUpgraded, rehearseBuild } from './build-upgraded.ts';
import type { BuildUpgradedOptions, Prepare } from './built-upgrade.ts';
import { keepBackup } from './keep-backup.ts';
import { type PlannedAtRest, type PlannedImage, planAtRest } from './plan-at-rest.ts';
import {
  finishReplacement,
  inspectAgain,
  type Original,
  putInPlace,
  settleOriginal,
} from './replace-file.ts';
import { liveError, removeOwnLeftovers, withUpgradeLock } from './upgrade-lock.ts';
import type { UpgradeArchiveOptions, UpgradeResult } from './upgrade-options.ts';

/**
 * Brings an archive to head, for good. The file that takes its place is built apart, in memory when it is small, checked,
 * forced to the disk beside the original and renamed over it. Up to the rename the original is untouched, after it the
 * archive is complete; what a killed upgrade leaves beside it is removed by the next one. Mode, owner and modification
 * time stay. A file that was never sealed comes out sealed.
 *
 * @throws SESSION_LIVE for a session that a writer has open, or another upgrade; LOSS_NOT_ACCEPTED; FILE_CHANGED when
 * the original changed meanwhile; UPGRADE_MISMATCH when the copy is not what it should be; ARCHIVE_EXISTS when the
 * backup folder has another file of this name; FILE_READ_ONLY; the codes of `openArchive`. The original is as it was.
 *
 * @example
 * ```ts
 * import { createSession, upgradeArchive } from '@varve/core';
 * import { standardLineage as lineage } from '@varve/migrations';
 *
 * const session = createSession('live', { lineage, session: { agentName: 'support' } });
 * const path = session.seal('archives');
 *
 * const result = await upgradeArchive(path, { lineage, backupDir: 'originals' });
 * console.log(result.from === result.to); // true
 * ```
 */
export function upgradeArchive(path: string, options: UpgradeArchiveOptions): Promise<UpgradeResult> {
  return upgradePrepared(path, options);
}

export interface UpgradePreparedOptions extends UpgradeArchiveOptions {
  readonly prepare?: Prepare;
}

/** `upgradeArchive` in a process that need not compile what it is done by. */
export async function upgradePrepared(path: string, options: UpgradePreparedOptions): Promise<UpgradeResult> {
  const startedMs = performance.now();
  const file = realPath(path);
  const to = options.lineage.migrations.length;
  const seen = onFile(file, () => lookAt(file));
  const known = onFile(file, () => identifyAtRest(file, seen.state, options));
  const isDone = known?.plan.from === to;
  if (isDone && !options.dryRun) await removeOwnLeftovers(file);
  const outcome = isDone
    ? doneAlready(file, to)
    : await upgradeFile(file, { ...seen, planned: known?.planned }, options);
  return { path, to, changed: outcome.how !== 'none', durationMs: performance.now() - startedMs, ...outcome };
}

/** By names at first: what lies beside it may be at fault. */
function lookAt(file: string): Original {
  const beside = lookBeside(file);
  const seen = fingerprint(file, beside);
  const state = inspectFile(file, beside);
  if (state.kind === 'live') throw liveError(file, { pid: state.holder.pid });
  return { fingerprint: seen, state };
}

type Outcome = Pick<UpgradeResult, 'from' | 'how' | 'sizeBytes' | 'backup'>;

function doneAlready(file: string, head: number): Outcome {
  return { from: head, how: 'none', sizeBytes: Number(statOf(file)?.size ?? 0) };
}

/** Undefined for a file that is to be upgraded, as far as can be seen. */
function identifyAtRest(
  file: string,
  state: FileAtRest,
  options: UpgradeArchiveOptions,
): PlannedAtRest | undefined {
  const { lineage } = options;
  const { kind, header } = state;
  if (kind === 'unsealed' || isHintedBehind(state, lineage)) return undefined;
  const known = planAtRest(file, header, lineage);
  if (!isLossAccepted(options)) assertLossAccepted(lineage, known.plan.from, file);
  return known;
}

/** Then the file is most likely to be upgraded: what the hint says is looked at again before anything is written. */
function isHintedBehind({ header }: FileAtRest, lineage: Lineage): boolean {
  return (versionFromHint(header, lineage) ?? lineage.migrations.length) < lineage.migrations.length;
}

function isLossAccepted({ backupDir, acceptLoss }: UpgradeArchiveOptions): boolean {
  return backupDir !== undefined || acceptLoss === true;
}

interface SeenFile extends Original {
  /** Where it was read to be identified. */
  readonly planned?: PlannedImage | undefined;
}

async function upgradeFile(file: string, seen: SeenFile, options: UpgradePreparedOptions): Promise<Outcome> {
  if (options.dryRun) return rehearse(file, options);
  return withUpgradeLock(file, () => upgradeLocked(file, seen, options));
}

async function rehearse(file: string, options: UpgradePreparedOptions): Promise<Outcome> {
  try {
    return await rehearseBuild(buildOptions(file, inspectAtRest(file), options));
  } catch (error) {
    throw fileError(error, file);
  }
}

function buildOptions(
  path: string,
  state: FileAtRest,
  options: UpgradePreparedOptions,
): BuildUpgradedOptions {
  const { lineage, verify = 'counts', prepare } = options;
  return { lineage, path, state, verify, prepare, isLossAccepted: isLossAccepted(options) };
}

/** `seen` is the file as it was when it was found to be behind. */
async function upgradeLocked(
  file: string,
  seen: SeenFile,
  options: UpgradePreparedOptions,
): Promise<Outcome> {
  const original = inspectAgain(file, seen);
  const head = options.lineage.migrations.length;
  // Before it was locked, another run may have done it.
  if (original !== seen && identifyAtRest(file, original.state, options)?.plan.from === head)
    return doneAlready(file, head);
  const { backupDir } = options;
  const work = workFile(file, 'upgrading');
  removeWork(work);
  try {
    const planned = original === seen ? seen.planned : undefined;
    const built = await buildUpgraded(work, { ...buildOptions(file, original.state, options), planned });
    await finishReplacement(work, file);
    settleOriginal(file, original);
    const backup = backupDir === undefined ? {} : { backup: keepBackup(file, backupDir) };
    await putInPlace(work, file);
    return { ...built, ...backup };
  } catch (error) {
    removeWork(work);
    throw error;
  }
}
