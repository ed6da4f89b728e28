import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportArchives } from '@varve/aggregator';
import { standardLineage as lineage } from '@varve/migrations';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  answersOfView,
  askAll,
  recordAnswerFleet,
} from '../../packages/aggregator/src/testing/answer-fleet.ts';
import {
  clickHouseOnParquet,
  questionDialects,
} from '../../packages/aggregator/src/testing/twenty-questions.ts';
import { ClickHouseDdl } from '../../packages/aggregator/src/warehouse/clickhouse-ddl.ts';
import { ledgerColumns } from '../../packages/aggregator/src/warehouse/ledger.ts';
import { warehouseTables } from '../../packages/aggregator/src/warehouse/warehouse-tables.ts';

interface ChdbSession {
  query(sql: string, format?: string): string;
  cleanup(): void;
}

const isThere = existsSync(join(import.meta.dirname, 'node_modules/chdb'));
const test = it.skipIf(!isThere);
const root = mkdtempSync(join(tmpdir(), 'varve-chdb-'));
const into = join(root, 'parquet');
let session: ChdbSession;
let expected: Record<string, string[]>;

beforeAll(async () => {
  if (!isThere) return;
  const archives = recordAnswerFleet(root);
  expected = await answersOfView(root, archives);
  await exportArchives(archives, { lineage, into });
  const { Session } = createRequire(import.meta.url)('chdb') as {
    Session: new (path: string) => ChdbSession;
  };
  session = new Session(join(root, 'chdb'));
  // It would make objects of JSON, and there are arrays.
  session.query('SET input_format_parquet_enable_json_parsing = 0');
}, 120_000);

afterAll(() => {
  session?.cleanup();
  rmSync(root, { recursive: true, force: true });
});

function ask(sql: string): unknown[][] {
  return (JSON.parse(session.query(sql, 'JSONCompact')) as { data: unknown[][] }).data;
}

function use(database: string): void {
  session.query(`CREATE DATABASE ${database}`);
  session.query(`USE ${database}`);
}

/** Tables that have rows, with the columns of their Parquet. */
const filled = () =>
  warehouseTables(lineage).filter(({ name }) => globSync(join(into, name, '*')).length > 0);
const parquet = (table: string) => `file('${join(into, table)}/*.parquet', Parquet)`;

test("answers the twenty questions from the Parquet by today's ClickHouse", async () => {
  use('files');
  for (const { name } of filled()) session.query(`CREATE VIEW ${name} AS SELECT * FROM ${parquet(name)}`);
  expect(await askAll(clickHouseOnParquet, ask)).toEqual(expected);
});

test("answers them from the tables that a load makes in today's ClickHouse", async () => {
  use('loaded');
  const ddl = new ClickHouseDdl();
  for (const statement of [
    ...ddl.createLedger(),
    ...warehouseTables(lineage).flatMap((it) => ddl.createTable(it)),
  ])
    session.query(statement);
  for (const { name, columns } of filled()) {
    const names = columns.map((column) => column.name);
    const values = names.map((it) => (it.endsWith('_at_ms') ? `toUnixTimestamp64Milli(${it})` : it));
    for (const load of [1, 2])
      session.query(`INSERT INTO _rows_${name} (_archive, _version, ${names.join(', ')}, _row, _load, _month)
        SELECT _archive, _version, ${values.join(', ')}, rowNumberInAllBlocks(), ${load}, 202601 FROM ${parquet(name)}`);
  }
  const known = ['id', 'path', 'size_bytes', 'session_id', 'version', 'rows', 'strategy', 'state'];
  expect(ledgerColumns).toEqual(expect.arrayContaining(known));
  session.query(`INSERT INTO _rows__archives (${known.join(', ')}, _load)
    SELECT ${known.join(', ')}, 2 FROM ${parquet('_archives')}`);
  expect(await askAll(questionDialects.clickhouse, ask)).toEqual(expected);
  expect(Number(ask('SELECT count() FROM _archives')[0]?.[0])).toBe(31);
});
