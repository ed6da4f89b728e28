import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hasClickHouse, startClickHouse } from '../../packages/aggregator/src/testing/start-clickhouse.ts';
import { hasPostgres, startPostgres } from '../../packages/aggregator/src/testing/start-postgres.ts';
import { useBucket } from '../../packages/core/src/testing/use-bucket.ts';

export interface Sink {
  readonly name: string;
  readonly kind: string;
  readonly gets: number;
  readonly puts: number;
  /** An empty place for one run, what it holds when that has ended, in bytes, and its end. */
  open(
    run: number,
  ): Promise<{ into: string; archives?: string; sizeBytes(): Promise<number>; close(): Promise<void> }>;
}

/** All that are there; their servers end with the stack. */
export async function scaleSinks(
  dir: string,
  archives: string,
  servers: AsyncDisposableStack,
): Promise<Sink[]> {
  const bucket = await useBucket();
  const postgres = hasPostgres ? await startPostgres() : undefined;
  const clickhouse = hasClickHouse ? await startClickHouse() : undefined;
  for (const server of [bucket, postgres, clickhouse]) if (server) servers.use(server);
  const folder = (kind: string, name: string, gets: number, puts: number): Sink => ({
    name,
    kind,
    gets,
    puts,
    async open(run) {
      const into = join(dir, `${kind}-${run}`);
      return {
        into,
        sizeBytes: async () => sizeOf(dir, `${kind}-${run}`),
        close: async () => removeAll(dir, `${kind}-${run}`),
      };
    },
  });
  return [
    folder('view', 'the unified view', 1, 0),
    folder('parquet', 'Parquet', 1, 0),
    ...(postgres ? [inPostgres(postgres)] : []),
    ...(clickhouse ? [inClickHouse(clickhouse)] : []),
    folder('manifest', 'a manifest', 1, 0),
    {
      name: 'push into a bucket',
      kind: 'push',
      gets: 0,
      puts: 1,
      open: async (run) => ({
        into: `s3://bucket/${run}`,
        sizeBytes: async () => 0,
        close: async () => bucket.objects.clear(),
      }),
    },
    {
      name: 'upgrade in a bucket',
      kind: 'upgrade',
      gets: 2,
      puts: 2,
      async open(run) {
        for (const name of readdirSync(archives))
          bucket.put(`bucket/fleet/${name}`, readFileSync(join(archives, name)));
        return {
          archives: 's3://bucket/fleet',
          into: `s3://bucket/originals-${run}`,
          sizeBytes: async () => 0,
          close: async () => bucket.objects.clear(),
        };
      },
    },
  ];
}

function inPostgres(postgres: Awaited<ReturnType<typeof startPostgres>>): Sink {
  return {
    name: 'Postgres',
    kind: 'postgres',
    gets: 1,
    puts: 0,
    async open(run) {
      const into = await postgres.createDatabase(`bench${run}`);
      return { into, sizeBytes: () => postgres.sizeOf(`bench${run}`), close: async () => {} };
    },
  };
}

function inClickHouse({ url, host, tcpPort }: Awaited<ReturnType<typeof startClickHouse>>): Sink {
  const ask = async (body: string) =>
    (await fetch(`http://${host}:${tcpPort - 1}/`, { method: 'POST', body })).text();
  return {
    name: 'ClickHouse',
    kind: 'clickhouse',
    gets: 1,
    puts: 0,
    async open(run) {
      await ask(`CREATE DATABASE bench${run}`);
      return {
        into: url.replace('default', `bench${run}`),
        sizeBytes: async () =>
          Number(
            await ask(
              `SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'bench${run}' AND active`,
            ),
          ),
        close: async () => {},
      };
    },
  };
}

function sizeOf(dir: string, start: string): number {
  let bytes = 0;
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    const stats = name.startsWith(start) ? statSync(join(dir, name)) : undefined;
    if (stats?.isFile()) bytes += stats.size;
  }
  return bytes;
}

function removeAll(dir: string, start: string): void {
  for (const name of readdirSync(dir))
    if (name.startsWith(start)) rmSync(join(dir, name), { recursive: true });
}
