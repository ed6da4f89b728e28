import {
  type ExportFormat,
  type ExportReport,
  exportFormats,
  exportUnified,
  findArchives,
} from '@varve/aggregator';
import { type Partitioning, partitionings } from '@varve/aggregator/internal';
import { exportSessions, type TrajectoryFormatName, trajectoryFormats } from '@varve/import';
import { VarveError } from '@varve/schema';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../command/command-context.ts';
import { standardUnlessConfigured } from '../command/standard-lineage.ts';
import { defineVerb, type VerbResult } from '../command/verb.ts';

interface ExportVerbOptions {
  readonly into: string;
  readonly format: ExportFormat | TrajectoryFormatName;
  readonly table?: readonly string[];
  readonly sql?: string;
  readonly partition?: Partitioning;
}

export function defineExport(command: Command): void {
  command
    .requiredOption('--into <dir>', 'the folder to write to')
    .addOption(
      new Option('--format <format>', 'of the files; the last three of archives, not of a view')
        .choices([...exportFormats, ...trajectoryFormats])
        .default('parquet'),
    )
    .option('--table <name...>', 'these tables (default: all)')
    .addOption(new Option('--sql <select>', 'the rows of one SELECT instead of tables').conflicts('table'))
    .addOption(
      new Option('--partition <by>', 'a folder for each day or agent of sessions').choices(partitionings),
    );
  defineVerb<ExportVerbOptions>(command, async (context, named, options) => {
    const { into, format, table, sql, partition } = options;
    if (isTrajectory(format)) return exportTrajectories(context, named, { ...options, format });
    const [view = '', ...others] = named;
    if (others.length > 0) throw oneViewError();
    const lineage = await context.loadTypedLineage();
    const report = exportUnified(view, {
      lineage,
      format,
      into,
      ...(table && { tables: table }),
      ...(sql && { query: sql }),
      ...(partition && { partitionBy: partition }),
    });
    return { json: report, text: () => renderReport(report, into) };
  });
}

function isTrajectory(format: ExportVerbOptions['format']): format is TrajectoryFormatName {
  return trajectoryFormats.some((it) => it === format);
}

/** Of each session a trajectory, for trainers, evaluations and viewers of traces. */
async function exportTrajectories(
  context: CommandContext,
  named: readonly string[],
  { into, format, table, sql, partition }: ExportVerbOptions & { readonly format: TrajectoryFormatName },
): Promise<VerbResult> {
  if (table || sql || partition) throw wholeSessionsError(format);
  const { archives, problems } = findArchives(await context.findArchives(named));
  const lineage = await standardUnlessConfigured(context);
  using bar = context.openProgressBar('exporting');
  const paths = archives.map(({ path }) => path);
  const report = exportSessions(paths, { format, into, lineage, onProgress: bar.update });
  return {
    json: report,
    text: () => `${into}: ${report.sessions} sessions in ${report.files.length} files`,
    problems: [...problems, ...report.problems],
  };
}

function oneViewError(): VarveError {
  return new VarveError('USAGE', 'tables are exported of one unified view', {
    hint: 'build one with varve unify, or export trajectories with --format atif, openai-chat or otlp',
  });
}

function wholeSessionsError(format: string): VarveError {
  return new VarveError('USAGE', `--format ${format} writes whole sessions`, {
    hint: 'leave --table, --sql and --partition out',
  });
}

function renderReport({ written, unchanged, removed, rows }: ExportReport, into: string): string {
  const files = `${written.length} files written, ${unchanged.length} unchanged, ${removed.length} removed`;
  return `${into}: ${rows} rows; ${files}`;
}
