import { readFileSync, writeFileSync } from 'node:fs';
import { type Problem, type Shard, type UpgradeReport, upgradeArchives } from '@varve/aggregator';
import type { UpgradeVerification } from '@varve/core';
import { type ErrorCode, errorCodes, VarveError } from '@varve/schema';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { formatSize } from '../format-size.ts';
import { parseJobs } from '../parse-jobs.ts';
import { parseShard } from '../parse-shard.ts';
import { renderJson } from '../render-json.ts';
import { defineVerb } from '../verb.ts';

interface UpgradeOptions {
  readonly dryRun?: boolean;
  readonly backup?: string;
  readonly acceptLoss?: boolean;
  readonly verify: UpgradeVerification;
  readonly shard?: Shard;
  readonly jobs?: number;
  readonly report?: string;
  readonly retry?: boolean;
}

export function addUpgrade(program: Command): void {
  const command = program
    .command('upgrade [archives...]')
    .description('bring archives to head, each on a verified copy that then takes its place')
    .option('--dry-run', 'do it all on private copies and write nothing: the same report')
    .option('--backup <dir>', 'keep every original in this folder')
    .option('--accept-loss', 'run migrations that drop or delete something without a backup')
    .addOption(verifyOption())
    .option('--shard <i/n>', 'one of n parts of the archives, the same ones every time', parseShard)
    .option('--jobs <n>', 'worker processes (default: one a core)', parseJobs)
    .option(
      '--report <file>',
      'write what --json prints into this file; what it says failed is not tried again',
    )
    .option('--retry', 'try again what failed, by the report of an earlier run');
  defineVerb<UpgradeOptions>(command, async (context, args, options) => {
    const { backup, report: reportFile, retry, ...rest } = options;
    const earlier = reportFile ? openReport(reportFile) : [];
    const archives = await context.findArchives(args);
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar(options.dryRun ? 'rehearsing' : 'upgrading');
    using interrupt = abortOnInterrupt();
    const report = await upgradeArchives(archives, {
      ...rest,
      lineage,
      onProgress: bar.update,
      signal: interrupt.signal,
      ...(backup && { backupDir: backup }),
      ...(!retry && { quarantined: earlier }),
    });
    if (reportFile) writeFileSync(reportFile, `${renderJson(report)}\n`);
    return { json: report, text: () => renderReport(report, options), problems: report.failed };
  });
}

function verifyOption(): Option {
  return new Option('--verify <what>', 'compare row counts, or every cell, with what the lens reads')
    .choices(['counts', 'full'])
    .default('counts');
}

const reportSchema = z.object({
  failed: z.array(
    z.object({
      path: z.string(),
      code: z.custom<ErrorCode>((code) => Object.hasOwn(errorCodes, String(code))),
      message: z.string(),
      hint: z.string(),
    }),
  ),
});

/** What failed by the report of an earlier run. One that cannot be written is found out before the work, not after it. */
function openReport(path: string): Problem[] {
  try {
    writeFileSync(path, '', { flag: 'a' });
    const text = readFileSync(path, 'utf8');
    return text === '' ? [] : reportSchema.parse(JSON.parse(text)).failed;
  } catch (cause) {
    throw new VarveError('USAGE', `this cannot be the report: ${String(cause)}`, {
      path,
      hint: 'name the report of an earlier run, or a new file in a folder that can be written',
      cause,
    });
  }
}

function abortOnInterrupt(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  return { signal: controller.signal, [Symbol.dispose]: () => process.off('SIGINT', abort) };
}

function renderReport(
  { upgraded, current, failed, sizeBytes, durationMs }: UpgradeReport,
  { dryRun }: UpgradeOptions,
): string {
  const done = dryRun ? 'would be upgraded' : 'upgraded';
  const work = `${upgraded} ${done}, ${formatSize(sizeBytes)} in ${(durationMs / 1000).toFixed(1)} s`;
  return [work, `${current} at head already`, `${failed.length} failed`].join('; ');
}
