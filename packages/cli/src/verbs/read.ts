import { runQuery } from '@varve/aggregator';
import { openArchive } from '@varve/core';
import type { Command } from 'commander';
import { renderRows, rowObjects } from '../render-rows.ts';
import { defineVerb } from '../verb.ts';

export function addRead(program: Command): void {
  const command = program
    .command('read <file> <sql>')
    .description('run one SELECT at head schema over one archive of any version; the file stays as it is');
  defineVerb(command, async (context, [file = '', sql = '']) => {
    using archive = openArchive(file, { lineage: await context.loadLineage() });
    const result = runQuery(archive.sqlite, sql);
    return { json: rowObjects(result), text: () => renderRows(result) };
  });
}
