import { join } from 'node:path';
import { openUnified, type Problem, readUnified } from '@varve/aggregator';
import { VarveError } from '@varve/schema';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { makeTempDir } from '../make-temp-dir.ts';
import { renderRows, rowObjects } from '../render-rows.ts';
import { type QueryResult, runQuery } from '../run-query.ts';
import { defineVerb } from '../verb.ts';

export function addQuery(program: Command): void {
  const command = program
    .command('query <archives...>')
    .usage('[options] <archives...> <sql>')
    .description('run one SELECT at head schema across archives, or over a unified view as it is');
  defineVerb(command, async (context, args) => {
    const archives = args.slice(0, -1);
    const sql = args.at(-1) ?? '';
    if (archives.length === 0) {
      throw new VarveError('USAGE', 'the archives or the SQL is missing', {
        hint: 'varve query ARCHIVES "SELECT …"',
      });
    }
    const { result, problems } = queryUnified(archives, sql) ?? (await queryArchives(context, archives, sql));
    return { json: rowObjects(result), text: () => renderRows(result), problems };
  });
}

interface Answer {
  readonly result: QueryResult;
  readonly problems: readonly Problem[];
}

function queryUnified([file = '', ...others]: readonly string[], sql: string): Answer | undefined {
  const sqlite = others.length === 0 ? readUnified(file) : undefined;
  try {
    return sqlite && { result: runQuery(sqlite, sql), problems: [] };
  } finally {
    sqlite?.close();
  }
}

/** Through a unified view that exists for this one query. */
async function queryArchives(
  context: CommandContext,
  archives: readonly string[],
  sql: string,
): Promise<Answer> {
  const lineage = await context.loadLineage();
  using dir = makeTempDir();
  using bar = context.openProgressBar('reading');
  const onProgress = bar.update;
  using unified = await openUnified(join(dir.path, 'unified.db'), { lineage, archives, onProgress });
  return { result: runQuery(unified.sqlite, sql), problems: unified.problems };
}
