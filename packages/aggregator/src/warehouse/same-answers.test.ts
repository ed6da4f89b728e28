import { copyFileSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { createSession } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { decisions, intermediateResults, messages, modelCalls, outputs, toolCalls } from '@varve/schema';
import Database from 'better-sqlite3';
import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportArchives } from '../export/index.ts';
import { hasClickHouse, startClickHouse } from '../testing/start-clickhouse.ts';
import { hasPostgres, startPostgres } from '../testing/start-postgres.ts';
import { type QuestionDialect, questionDialects, twentyQuestions } from '../testing/twenty-questions.ts';
import { openUnified } from '../unified/index.ts';
import { loadArchives, openWarehouse } from './open-warehouse.ts';

type Rows = readonly (readonly unknown[])[];
type Ask = (sql: string) => Rows | Promise<Rows>;

const root = mkdtempSync(join(tmpdir(), 'varve-answers-'));
const archives = join(root, 'archives');
const golden = join(import.meta.dirname, '../../../../integration/golden/0000_standard_tables.db');
const [tools, models] = [['grep', 'read', 'größe', 'shell'] as const, ['small', 'large', null] as const];

/** Thirty sessions of three months. Amounts are such as every engine sums exactly, in whatever order. */
function record(): void {
  const ids: string[] = [];
  for (let at = 0; at < 30; at++) {
    const startedAtMs = Date.UTC(2026, at % 3, 1 + at, at, 7);
    const session = createSession(join(root, 'live'), {
      lineage,
      session: {
        agentName: `agent ${at % 4}`,
        startedAtMs,
        ...(at % 5 === 4 && { parentSessionId: ids[at - 1] as string, title: 'Untertitel "ü"\n\\' }),
        ...(at % 3 > 0 && { metadata: { [at % 3 > 1 ? 'cwd' : 'directory']: `/work/${at % 2}` } }),
      },
    });
    ids.push(session.id);
    for (let turn = 0; turn < at % 7; turn++) {
      const n = at * 10 + turn;
      const started = startedAtMs + turn * 50_000_000;
      session.record(messages, { role: 'user', parts: [{ type: 'text', content: `ask ${n}` }] });
      const modelCallSeq = session.record(modelCalls, {
        requestModel: models[n % 3] ?? null,
        responseModel: n % 5 ? null : 'dated',
        providerName: n % 2 ? 'one' : null,
        status: n % 9 ? 'ok' : 'error',
        startedAtMs: started,
        inputTokens: n * 1001,
        outputTokens: n % 4 ? n * 17 : null,
        cacheReadInputTokens: n * 7,
        reasoningOutputTokens: n % 3 ? null : n,
        costUsd: n % 8 ? n / 64 : null,
      });
      const decisionSeq = session.record(decisions, {
        summary: n % 2 ? 'lies die Größe' : 'go on',
        rationale: n % 3 ? null : 'since',
        confidence: n % 4 ? (n % 16) / 16 : null,
        modelCallSeq,
      });
      session.record(toolCalls, {
        toolName: tools[n % 4] as string,
        status: (['ok', 'error', 'ok', 'denied', 'interrupted'] as const)[n % 5] as 'ok',
        errorType: n % 5 === 1 ? 'Timeout' : null,
        arguments: n % 3 ? { path: `/p/${n % 4}`, big: 2 ** 53 } : ['no', 'path'],
        startedAtMs: started + 3,
        durationMs: n % 6 ? n / 8 : null,
        ...(n % 2 && { decisionSeq }),
        modelCallSeq,
      });
      session.record(intermediateResults, {
        kind: 'k',
        name: `r${n % 3}`,
        blob: Buffer.from([0, 9, 10, n % 256]),
      });
      session.record(intermediateResults, { kind: 'k', name: `r${n % 3}`, value: { n } });
    }
    session.record(outputs, { kind: at % 2 ? 'text' : 'größer', content: { at }, isFinal: at % 3 === 0 });
    session.seal(archives);
  }
}

/** Rows in no order, each value as the number or text that it is; one engine has 1, another 1n, '1' or 1.0. */
function told(rows: Rows): string[] {
  const tell = (value: unknown) => {
    if (value === null || value === undefined) return 'null';
    const text = String(value);
    return text !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text;
  };
  return rows.map((row) => row.map(tell).join(' | ')).sort();
}

async function askAll(dialect: QuestionDialect, ask: Ask): Promise<Record<string, string[]>> {
  const answers: Record<string, string[]> = {};
  for (const [name, sql] of Object.entries(twentyQuestions(dialect))) answers[name] = told(await ask(sql));
  return answers;
}

let expected: Record<string, string[]>;

beforeAll(async () => {
  record();
  copyFileSync(golden, join(archives, basename(golden)));
  using unified = await openUnified(join(root, 'unified.db'), { lineage, archives });
  expect(unified.problems).toEqual([]);
  const sqlite = new Database(join(root, 'unified.db'), { readonly: true });
  expected = await askAll(questionDialects.sqlite, (sql) =>
    sqlite.prepare<[], unknown[]>(sql).raw().safeIntegers().all(),
  );
  sqlite.close();
}, 60_000);

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
