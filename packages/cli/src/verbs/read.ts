import { readUnified } from '@varve/aggregator';
import { prepareQuery } from '@varve/aggregator/internal';
import { openArchive } from '@varve/core';
import { errorOfObject, fetchObject } from '@varve/core/internal';
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
    const local = await fetchObject(file);
    const rows = readRows(local, sql, await context.loadLineage(), options);
    return { output: aboutObject(rows, file, local) };
  });
}

function* readRows(file: string, sql: string, lineage: Lineage, options: ReadOptions): Generator<string> {
  using archive = openArchive(file, { lineage, newer: readNewer(options) });
  yield* renderRows(prepareQuery(archive.sqlite, sql), options);
}

function* aboutObject(rows: Iterable<string>, file: string, local: string): Generator<string> {
  try {
    yield* rows;
  } catch (error) {
    throw errorOfObject(error, file, local);
  }
}
