import { csvLine, type QueryResult, queryArchives, readUnified, runQuery } from '@varve/aggregator';
import { type Command, Option } from 'commander';
import { renderRows, rowObjects } from '../render-rows.ts';
import { defineVerb, type VerbResult } from '../verb.ts';

interface QueryVerbOptions {
  readonly quiet?: boolean;
  readonly csv?: boolean;
}

export function addQuery(program: Command): void {
  const command = program
    .command('query [archives...]')
    .usage('[options] [archives...] <sql>')
    .description('run one SELECT at head schema across archives, or over a unified view as it is')
    .addOption(new Option('--csv', 'the rows as CSV, after a line of their names').conflicts('json'));
  defineVerb<QueryVerbOptions>(command, async (context, args, { quiet, csv = false }) => {
    const [sql = '', named] = [args.at(-1), args.slice(0, -1)];
    const view = queryUnified(named, sql);
    if (view) return render(view, csv);
    const archives = await context.findArchives(named);
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('reading');
    const answer = await queryArchives(archives, sql, { lineage, onProgress: bar.update });
    if (answer.advice && !quiet) process.stderr.write(`hint: ${answer.advice}\n`);
    return { ...render(answer, csv), problems: answer.problems };
  });
}

function queryUnified([file = '', ...others]: readonly string[], sql: string): QueryResult | undefined {
  const sqlite = others.length === 0 ? readUnified(file) : undefined;
  try {
    return sqlite && runQuery(sqlite, sql);
  } finally {
    sqlite?.close();
  }
}

function render(result: QueryResult, csv: boolean): VerbResult {
  return {
    json: rowObjects(result),
    text: () => (csv ? [result.columns, ...result.rows].map(csvLine).join('\n') : renderRows(result)),
  };
}
