import { queryArchives, readUnified, runQuery } from '@varve/aggregator';
import { VarveError } from '@varve/schema';
import type { Command } from 'commander';
import { renderRows, rowObjects } from '../render-rows.ts';
import { defineVerb, type VerbResult } from '../verb.ts';

export function addQuery(program: Command): void {
  const command = program
    .command('query <archives...>')
    .usage('[options] <archives...> <sql>')
    .description('run one SELECT at head schema across archives, or over a unified view as it is');
  defineVerb<{ quiet?: boolean }>(command, async (context, args, { quiet }) => {
    const archives = args.slice(0, -1);
    const sql = args.at(-1) ?? '';
    if (archives.length === 0) {
      throw new VarveError('USAGE', 'the archives or the SQL is missing', {
        hint: 'varve query ARCHIVES "SELECT …"',
      });
    }
    const overView = queryUnified(archives, sql);
    if (overView) return overView;
    const lineage = await context.loadLineage();
    using bar = context.openProgressBar('reading');
    const answer = await queryArchives(archives, sql, { lineage, onProgress: bar.update });
    if (answer.advice && !quiet) process.stderr.write(`hint: ${answer.advice}\n`);
    return {
      json: rowObjects(answer),
      text: () => renderRows(answer),
      problems: answer.problems,
    };
  });
}

function queryUnified([file = '', ...others]: readonly string[], sql: string): VerbResult | undefined {
  const sqlite = others.length === 0 ? readUnified(file) : undefined;
  try {
    const result = sqlite && runQuery(sqlite, sql);
    return result && { json: rowObjects(result), text: () => renderRows(result) };
  } finally {
    sqlite?.close();
  }
}
