import { type UpgradeReport, upgradeArchives } from '@varve/aggregator';
import type { UpgradeVerification } from '@varve/core';
import { type Command, Option } from 'commander';
import { addFleetOptions, beginWork, defineVerb, type FleetOptions, parseJobs } from '../command/index.ts';
import { formatSize, type Problem, readUpgradeReport } from '../output/index.ts';

interface UpgradeOptions extends FleetOptions {
  readonly dryRun?: boolean;
  readonly backup?: string;
  readonly acceptLoss?: boolean;
  readonly verify: UpgradeVerification;
  readonly jobs?: number;
  readonly retry?: boolean;
}

export function defineUpgrade(command: Command): void {
  command
    .option('--dry-run', 'do it all on private copies and write nothing: the same report')
    .option('--backup <where>', 'keep every original in this folder, or s3://bucket/prefix')
    .option('--accept-loss', 'run migrations that drop or delete something without a backup')
    .addOption(verifyOption())
    .option('--jobs <n>', 'worker processes (default: one a core)', parseJobs)
    .option('--retry', 'try again what failed by an earlier report of that name: it is not, otherwise');
  addFleetOptions(command);
  defineVerb<UpgradeOptions>(command, async (context, args, options) => {
    const { backup, report: reportFile, retry, ...rest } = options;
    const earlier = reportFile ? await readUpgradeReport(reportFile) : [];
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar(options.dryRun ? 'rehearsing' : 'upgrading');
    using interrupt = abortOnInterrupt(Object.keys(lineage.functions).length === 0);
    using work = beginWork(options);
    const report = await upgradeArchives(archives, {
      ...rest,
      ...work.options,
      lineage,
      quarantined: retry ? [] : earlier,
      onProgress: bar.update,
      signal: interrupt.signal,
      ...(backup && { backupDir: backup }),
    });
    const { problems = [], unnamed = 0 } = work.tell(report);
    const isTooMany = problems.length > report.failed.length;
    return {
      json: report,
      text: () => renderReport(report, options),
      problems: [...problems, ...(report.left > 0 && !isTooMany ? [interrupted(report)] : [])],
      unnamed,
    };
  });
}

function verifyOption(): Option {
  return new Option('--verify <what>', 'compare row counts, or every cell, with what the lens reads')
    .choices(['counts', 'full'])
    .default('counts');
}

/** Where this process does the work itself, a signal must end it at once: it could not be answered. */
function abortOnInterrupt(canAnswer: boolean): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const signals = canAnswer ? (['SIGINT', 'SIGTERM'] as const) : [];
  for (const name of signals) process.once(name, abort);
  const dispose = () => {
    for (const name of signals) process.off(name, abort);
  };
  return { signal: controller.signal, [Symbol.dispose]: dispose };
}

function interrupted({ left }: UpgradeReport): Problem {
  return {
    code: 'INTERRUPTED',
    message: `the work was stopped before ${left} of the archives`,
    hint: 'run the upgrade again: it does what is left',
  };
}

function renderReport(
  { upgraded, current, failures, left, sizeBytes, durationMs }: UpgradeReport,
  { dryRun }: UpgradeOptions,
): string {
  const done = dryRun ? 'would be upgraded' : 'upgraded';
  const work = `${upgraded} ${done}, ${formatSize(sizeBytes)} in ${(durationMs / 1000).toFixed(1)} s`;
  const rest = left > 0 ? [`${left} left`] : [];
  return [work, `${current} at head already`, `${failures} failed`, ...rest].join('; ');
}
