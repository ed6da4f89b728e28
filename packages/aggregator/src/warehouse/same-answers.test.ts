import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { standardLineage as lineage } from '@varve/migrations';
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportArchives } from '../export/index.ts';
import { answersOfView, askAll, recordAnswerFleet } from '../testing/answer-fleet.ts';
import { hasClickHouse, startClickHouse } from '../testing/start-clickhouse.ts';
import { hasPostgres, startPostgres } from '../testing/start-postgres.ts';
import { questionDialects } from '../testing/twenty-questions.ts';
import { loadArchives, openWarehouse } from './open-warehouse.ts';

const root = mkdtempSync(join(tmpdir(), 'varve-answers-'));
let archives: string;
let expected: Record<string, string[]>;

beforeAll(async () => {
  archives = recordAnswerFleet(root);
  expected = await answersOfView(root, archives);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the twenty questions that the unified view answers', () => {
  it('have answers', () => {
    expect(Object.keys(expected)).toHaveLength(20);
    expect(Object.entries(expected).filter(([, rows]) => rows.length === 0 || rows.join() === '0')).toEqual(
      [],
    );
    expect(expected['tools by agent']).toHaveLength(18);
  });

  it('are answered to the digit by DuckDB on the Parquet', async () => {
    const into = join(root, 'parquet');
    await exportArchives(archives, { lineage, into, partitionBy: 'day', batchBytes: 1 << 20 });
    const duckdb = await (await DuckDBInstance.create()).connect();
    for (const table of Object.values(lineage.tables).flatMap((it) =>
      is(it, SQLiteTable) ? getTableName(it) : [],
    )) {
      const files = join(into, table, '**/*.parquet');
      if (globSync(files).length > 0)
        await duckdb.run(
          `CREATE VIEW ${table} AS FROM read_parquet('${files}', union_by_name = true, hive_partitioning = false)`,
        );
    }
    const ask = async (sql: string) => (await duckdb.runAndReadAll(sql)).getRows();
    expect(await askAll(questionDialects.duckdb, ask)).toEqual(expected);
    duckdb.closeSync();
  });

  it.skipIf(!hasPostgres)('are answered to the digit by Postgres', async () => {
    await using postgres = await startPostgres();
    expect(await loadArchives(archives, postgres.url, { lineage })).toMatchObject({ failed: [] });
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    const ask = async (text: string) => (await client.query({ text, rowMode: 'array' })).rows;
    const answers = await askAll(questionDialects.postgres, ask).finally(() => client.end());
    expect(answers).toEqual(expected);
  });

  it.skipIf(!hasClickHouse)('are answered to the digit by ClickHouse', async () => {
    await using clickhouse = await startClickHouse();
    const url = clickhouse.url as `clickhouse://${string}`;
    await using warehouse = await openWarehouse(url, { lineage });
    expect(await warehouse.load(archives)).toMatchObject({ failed: [] });
    expect(await askAll(questionDialects.clickhouse, (sql) => warehouse.query(sql))).toEqual(expected);
  });
});
