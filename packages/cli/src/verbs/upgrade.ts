import { type UpgradeReport, upgradeArchives } from '@varve/aggregator';
import type { Command } from 'commander';
import { formatSize } from '../format-size.ts';
import { parseJobs } from '../parse-jobs.ts';
import { defineVerb } from '../verb.ts';

interface UpgradeOptions {
  readonly jobs?: number;
  readonly backup?: string;
}

export function addUpgrade(program: Command): void {
  const command = program
    .command('upgrade <archives...>')
    .description('bring archives to head, each on a verified copy that then takes its place')
    .option('--backup <dir>', 'keep every original in this folder')
    .option('--jobs <n>', 'worker threads (default: one a core)', parseJobs);
  defineVerb<UpgradeOptions>(command, async (context, archives, { jobs, backup }) => {
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('upgrading');
    using interrupt = abortOnInterrupt();
    const report = await upgradeArchives(archives, {
      lineage,
      onProgress: bar.update,
      signal: interrupt.signal,
      ...(jobs && { jobs }),
      ...(backup && { backupDir: backup }),
    });
    return { json: report, text: () => renderReport(report), problems: report.failed };
  });
}

function abortOnInterrupt(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  return { signal: controller.signal, [Symbol.dispose]: () => process.off('SIGINT', abort) };
}

function renderReport({ upgraded, current, failed, sizeBytes, durationMs }: UpgradeReport): string {
  const work = `${upgraded} upgraded, ${formatSize(sizeBytes)} in ${(durationMs / 1000).toFixed(1)} s`;
  return [work, `${current} at head already`, `${failed.length} failed`].join('; ');
}
