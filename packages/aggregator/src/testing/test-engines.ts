import pg from 'pg';
import { openClickHouse } from '../warehouse/clickhouse.ts';
import { hasClickHouse, type StartedClickHouse, startClickHouse } from './start-clickhouse.ts';
import { hasPostgres, type StartedPostgres, startPostgres } from './start-postgres.ts';

/** An engine that tests load into. */
export interface TestEngine {
  readonly name: string;
  readonly isThere: boolean;
  /** The address of a new, empty database. */
  create(): Promise<string>;
  /** Rows as arrays; bytes in hexadecimal digits. */
  ask(url: string, sql: string): Promise<unknown[][]>;
}

export interface TestEngines {
  readonly all: readonly TestEngine[];
  readonly postgres: TestEngine;
  readonly clickhouse: TestEngine;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Real servers, where they are installed; they are there from `start` on. */
export function testEngines(): TestEngines {
  let started: { readonly postgres?: StartedPostgres; readonly clickhouse?: StartedClickHouse } = {};
  let databases = 0;
  const postgres: TestEngine = {
    name: 'Postgres',
    isThere: hasPostgres,
    create: () => (started.postgres as StartedPostgres).createDatabase(`test${databases++}`),
    async ask(url, sql) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query({ text: sql, rowMode: 'array' });
      await client.end();
      return rows.map((row: unknown[]) => row.map((it) => (Buffer.isBuffer(it) ? it.toString('hex') : it)));
    },
  };
  const clickhouse: TestEngine = {
    name: 'ClickHouse',
    isThere: hasClickHouse,
    async create() {
      const { url } = started.clickhouse as StartedClickHouse;
      const name = `test${databases++}`;
      await using engine = await openClickHouse(url);
      await engine.query(`CREATE DATABASE ${name}`).catch(() => {});
      return url.replace('/default', `/${name}`);
    },
    async ask(url, sql) {
      await using engine = await openClickHouse(url);
      return engine.query(sql);
    },
  };
  return {
    all: [postgres, clickhouse],
    postgres,
    clickhouse,
    async start() {
      started = {
        ...(hasPostgres && { postgres: await startPostgres() }),
        ...(hasClickHouse && { clickhouse: await startClickHouse() }),
      };
    },
    async stop() {
      await started.postgres?.[Symbol.asyncDispose]();
      await started.clickhouse?.[Symbol.asyncDispose]();
    },
  };
}
