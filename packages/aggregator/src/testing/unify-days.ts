import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { openUnified } from '../unified/open-unified.ts';
import { makeFolder } from './archives.ts';

export async function askDuckDb(sql: string): Promise<unknown[][]> {
  const connection = await (await DuckDBInstance.create()).connect();
  return (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][];
}

/** Sessions on one day each, with calls whose JSON holds what a number of JavaScript cannot. */
export async function unifyDays(
  dir: string,
  days: readonly number[],
  file = join(makeFolder(), 'u.db'),
): Promise<string> {
  for (const day of days) {
    const startedAtMs = Date.UTC(2026, 0, day, 12);
    const session = createSession(makeFolder(), {
      lineage,
      session: { agentName: `agent ${day % 2}`, startedAtMs },
    });
    await session.callTool(
      { toolName: 'grep', arguments: { text: 'a "quoted"\nline, and more' } },
      () => null,
    );
    await session.callTool({ toolName: 'größe' }, () => ({ hits: [1.5, 'ü'] }));
    session.seal(dir);
  }
  (await openUnified(file, { lineage, archives: dir })).close();
  return file;
}
