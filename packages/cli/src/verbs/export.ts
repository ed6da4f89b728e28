import {
  type ExportArchivesReport,
  type ExportFormat,
  type ExportReport,
  exportArchives,
  exportFormats,
  exportUnified,
  readUnified,
} from '@varve/aggregator';
import { type Partitioning, partitionings } from '@varve/aggregator/internal';
import { exportSessions, type TrajectoryFormatName, trajectoryFormats } from '@varve/import';
import { VarveError } from '@varve/schema';
import { type Command, Option } from 'commander';
import {
  addFleetOptions,
  beginWork,
  type CommandContext,
  defineVerb,
  type FleetOptions,
  standardUnlessConfigured,
  type VerbResult,
} from '../command/index.ts';
import { countOf } from '../output/index.ts';

interface ExportVerbOptions extends FleetOptions {
  readonly into: string;
  readonly format: ExportFormat | TrajectoryFormatName;
  readonly table?: readonly string[];
  readonly sql?: string;
  readonly partition?: Partitioning;
}

export function defineExport(command: Command): void {
  command
    .requiredOption(
      '--into <where>',
      'the folder to write to; for Parquet of archives, also s3://bucket/prefix',
    )
    .addOption(
      new Option('--format <format>', 'of the files; the last three of archives, not of a view')
        .choices([...exportFormats, ...trajectoryFormats])
        .default('parquet'),
    )
    .option('--table <name...>', 'these tables (default: all)')
    .addOption(new Option('--sql <select>', 'the rows of one SELECT instead of tables').conflicts('table'))
    .addOption(
      new Option('--partition <by>', 'a folder for each day, month or agent of sessions').choices(
        partitionings,
      ),
    );
  addFleetOptions(command);
  defineVerb<ExportVerbOptions>(command, async (context, args, options) => {
    const { format } = options;
    const [view = '', ...others] = args;
    const isOfView = others.length === 0 && isView(view);
    if (isTrajectory(format)) {
      if (isOfView) throw viewError(format, view);
      return exportTrajectories(context, args, { ...options, format });
    }
    return isOfView
      ? exportView(context, view, { ...options, format })
      : exportStraight(context, args, options);
  });
}

function isTrajectory(format: ExportVerbOptions['format']): format is TrajectoryFormatName {
  return trajectoryFormats.some((it) => it === format);
}

/** Of each session a trajectory, for trainers, evaluations and viewers of traces. */
async function exportTrajectories(
  context: CommandContext,
  named: readonly string[],
  options: ExportVerbOptions & { readonly format: TrajectoryFormatName },
): Promise<VerbResult> {
  const { into, format, table, sql, partition } = options;
  if (table || sql || partition) throw wholeSessionsError(format);
  const archives = await context.findArchives(named);
  const lineage = await standardUnlessConfigured(context);
  using bar = context.openProgressBar('exporting');
  using work = beginWork(options);
  const report = await exportSessions(archives, {
    format,
    into,
    lineage,
    onProgress: bar.update,
    ...work.options,
  });
  return {
    json: report,
    text: () => `${into}: ${countOf(report.sessions, 'session')} in ${countOf(report.files.length, 'file')}`,
    ...work.tell({ ...report, failed: report.problems }),
  };
}

function wholeSessionsError(format: string): VarveError {
  return new VarveError('USAGE', `--format ${format} writes whole sessions`, {
    hint: 'leave --table, --sql and --partition out',
  });
}

function viewError(format: string, path: string): VarveError {
  return new VarveError('USAGE', `--format ${format} writes the sessions of archives, and this is a view`, {
    path,
    hint: 'name the archives that the view is of',
  });
}

function isView(path: string): boolean {
  const view = readUnified(path);
  view?.close();
  return view !== undefined;
}

async function exportView(
  context: CommandContext,
  view: string,
  { into, format, table, sql, partition }: ExportVerbOptions & { readonly format: ExportFormat },
): Promise<VerbResult> {
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
}

async function exportStraight(
  context: CommandContext,
  args: readonly string[],
  options: ExportVerbOptions,
): Promise<VerbResult> {
  const { into, format, table, sql, partition } = options;
  if (format !== 'parquet' || sql !== undefined) throw onlyOfAView();
  const archives = await context.findArchives(args);
  const lineage = await context.loadTypedLineage();
  using work = beginWork(options);
  const report = await exportArchives(archives, {
    lineage,
    into,
    ...work.options,
    ...(table && { tables: table }),
    ...(partition && { partitionBy: partition }),
  });
  return { json: report, text: () => renderReport(report, into), ...work.tell(report) };
}

function renderReport(
  { written, unchanged, removed, rows }: ExportReport | ExportArchivesReport,
  into: string,
): string {
  const files = `${countOf(written.length, 'file')} written, ${unchanged.length} unchanged, ${removed.length} removed`;
  return `${into}: ${countOf(rows, 'row')}; ${files}`;
}

function onlyOfAView(): VarveError {
  return new VarveError('USAGE', 'archives are exported to Parquet, table by table', {
    hint: 'for JSON lines, CSV or a query make a view first: varve unify ARCHIVES --into FILE',
  });
}
