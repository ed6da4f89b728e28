import { type UpgradeReport, upgradeArchives } from '@varve/aggregator';
import type { UpgradeVerification } from '@varve/core';
import { type Command, Option } from 'commander';
import {
  addSelectionOptions,
  defineVerb,
  parseJobs,
  parseMaxFailures,
  readSelection,
  type SelectionOptions,
} from '../command/index.ts';
import { formatSize, openReport, type Problem, readUpgradeReport, tooManyFailures } from '../output/index.ts';

interface UpgradeOptions extends SelectionOptions {
  readonly dryRun?: boolean;
  readonly backup?: string;
  readonly acceptLoss?: boolean;
  readonly verify: UpgradeVerification;
  readonly maxFailures?: number;
  readonly jobs?: number;
  readonly report?: string;
  readonly retry?: boolean;
}

export function defineUpgrade(command: Command): void {
  command
    .option('--dry-run', 'do it all on private copies and write nothing: the same report')
    .option('--backup <where>', 'keep every original in this folder, or s3://bucket/prefix')
    .option('--accept-loss', 'run migrations that drop or delete something without a backup')
    .addOption(verifyOption())
    .option('--max-failures <n>', 'stop when more archives fail', parseMaxFailures)
    .option('--jobs <n>', 'worker processes (default: one a core)', parseJobs)
    .option(
      '--report <file>',
      'a line of JSON for each archive as it is done; what this file says failed is not tried again',
    )
    .option('--retry', 'try again what failed, by the report of an earlier run');
  addSelectionOptions(command);
  defineVerb<UpgradeOptions>(command, async (context, args, options) => {
    const { backup, report: reportFile, retry, ...rest } = options;
    const earlier = reportFile ? await readUpgradeReport(reportFile) : [];
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar(options.dryRun ? 'rehearsing' : 'upgrading');
    using interrupt = abortOnInterrupt(Object.keys(lineage.functions).length === 0);
    using file = reportFile ? openReport(reportFile) : undefined;
    const report = await upgradeArchives(archives, {
      ...rest,
      ...readSelection(options),
      lineage,
      quarantined: retry ? [] : earlier,
      onProgress: bar.update,
      signal: interrupt.signal,
      ...(backup && { backupDir: backup }),
      ...(file && { onFile: file.add }),
    });
    const problems = problemsOf(report, options.maxFailures);
    return { json: report, text: () => renderReport(report, options), problems };
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

function problemsOf({ failed, left }: UpgradeReport, maxFailures = failed.length): Problem[] {
  if (failed.length > maxFailures) return [...failed, tooManyFailures(maxFailures)];
  const interrupted: Problem = {
    code: 'INTERRUPTED',
    message: `the work was stopped before ${left} of the archives`,
    hint: 'run the upgrade again: it does what is left',
  };
  return [...failed, ...(left > 0 ? [interrupted] : [])];
}

function renderReport(
  { upgraded, current, failed, left, sizeBytes, durationMs }: UpgradeReport,
  { dryRun }: UpgradeOptions,
): string {
  const done = dryRun ? 'would be upgraded' : 'upgraded';
  const work = `${upgraded} ${done}, ${formatSize(sizeBytes)} in ${(durationMs / 1000).toFixed(1)} s`;
  const rest = left > 0 ? [`${left} left`] : [];
  return [work, `${current} at head already`, `${failed.length} failed`, ...rest].join('; ');
}
