import { readUnified } from '@varve/aggregator';
import { prepareQuery } from '@varve/aggregator/internal';
import { openArchive } from '@varve/core';
import { fetchObject } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import type { Command } from 'commander';
import { addNewerOption, defineVerb, type NewerOptions, readNewer } from '../command/index.ts';
import { addRowsOptions, queryView, type RowsOptions, renderRows } from '../output/index.ts';

interface ReadOptions extends RowsOptions, NewerOptions {}

export function defineRead(command: Command): void {
  addRowsOptions(command);
  addNewerOption(command);
  defineVerb<ReadOptions>(command, async (context, [file = '', sql = ''], options) => {
    const view = readUnified(file);
    if (view) return { output: queryView(view, sql, options) };
    return { output: readRows(await fetchObject(file), sql, await context.loadLineage(), options) };
  });
}

function* readRows(file: string, sql: string, lineage: Lineage, options: ReadOptions): Generator<string> {
  using archive = openArchive(file, { lineage, newer: readNewer(options) });
  yield* renderRows(prepareQuery(archive.sqlite, sql), options);
}
