import {
  type ExportFormat,
  type ExportReport,
  exportFormats,
  exportUnified,
  type Partitioning,
  partitionings,
} from '@varve/aggregator';
import { type Command, Option } from 'commander';
import { defineVerb } from '../command/verb.ts';

interface ExportVerbOptions {
  readonly into: string;
  readonly format: ExportFormat;
  readonly table?: readonly string[];
  readonly sql?: string;
  readonly partition?: Partitioning;
}

export function defineExport(command: Command): void {
  command
    .requiredOption('--into <dir>', 'the folder to write to')
    .addOption(new Option('--format <format>', 'of the files').choices(exportFormats).default('parquet'))
    .option('--table <name...>', 'these tables (default: all)')
    .addOption(new Option('--sql <select>', 'the rows of one SELECT instead of tables').conflicts('table'))
    .addOption(
      new Option('--partition <by>', 'a folder for each day or agent of sessions').choices(partitionings),
    );
  defineVerb<ExportVerbOptions>(command, async (context, [view = ''], options) => {
    const { into, format, table, sql, partition } = options;
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

function renderReport({ written, unchanged, removed, rows }: ExportReport, into: string): string {
  const files = `${written.length} files written, ${unchanged.length} unchanged, ${removed.length} removed`;
  return `${into}: ${rows} rows; ${files}`;
}
