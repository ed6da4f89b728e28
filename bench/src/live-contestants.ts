import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { queryArchives } from '@varve/aggregator';
import { openArchive } from '@varve/core';
import Database from 'better-sqlite3';
import type { Contestant } from './compare.ts';
import { benchLineage } from './lens-lineage.ts';

const columns = ['id', 'run_id', 'tool_name', 'payload', 'took_ms', 'failed', 'cost', 'error'];
const sql = 'SELECT tool_name, count(*), avg(took_ms) FROM calls WHERE failed = 1 GROUP BY tool_name';

/** One question over archives without a view: what it names pulled through the lenses, and a virtual table over them. */
export function liveContestants(archives: string): Contestant[] {
  return [
    { name: 'varve queryArchives', run: () => queryArchives(archives, sql, { lineage: benchLineage }) },
    { name: 'virtual table over openArchive', run: () => askVirtualTable(archives) },
  ];
}

function askVirtualTable(archives: string): unknown[] {
  const sqlite = new Database(':memory:');
  try {
    sqlite.table('calls', {
      columns,
      *rows() {
        yield* readCalls(archives);
      },
    });
    return sqlite.prepare(sql).all();
  } finally {
    sqlite.close();
  }
}

function* readCalls(archives: string): Generator<unknown[]> {
  for (const name of readdirSync(archives)) {
    const archive = openArchive(join(archives, name), { lineage: benchLineage });
    yield* archive.sqlite
      .prepare<[], unknown[]>(`SELECT ${columns.join(', ')} FROM calls`)
      .raw()
      .all();
    archive.close();
  }
}
