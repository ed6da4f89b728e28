import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { StartedZooKeeper } from './start-zookeeper.ts';

export interface StartedClickHouse extends AsyncDisposable {
  /** Of the default database. */
  readonly url: string;
  readonly host: string;
  readonly tcpPort: number;
  kill(): Promise<void>;
  /** Starts it again over the same data, at the same ports. */
  restart(): Promise<void>;
  /** Names the servers of the cluster `three`, each a shard, by their ports. */
  join(servers: readonly StartedClickHouse[]): Promise<void>;
}

const binary = ['/usr/bin/clickhouse-server', '/usr/sbin/clickhouse-server'].find((path) => existsSync(path));

/** Whether Debian's package `clickhouse-server` is there. */
export const hasClickHouse = binary !== undefined;

/**
 * A server of its own on loopback, which passes statements on by a ZooKeeper if there is one. It cannot take any free port by
 * itself: where one is taken, others are tried.
 */
export async function startClickHouse(zookeeper?: StartedZooKeeper): Promise<StartedClickHouse> {
  for (let attempt = 1; ; attempt++) {
    const started = await tryToStart(randomInt(20_000, 60_000), zookeeper ? keptBy(zookeeper) : '');
    if (started) return started;
    if (attempt === 5) throw new Error('clickhouse-server does not start');
  }
}

async function tryToStart(port: number, keeper: string): Promise<StartedClickHouse | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'varve-ch-'));
  writeFileSync(join(dir, 'config.xml'), configOf(dir, port, keeper));
  writeFileSync(join(dir, 'users.xml'), users);
  let server = start(dir);
  if (!(await answers(port, server))) {
    rmSync(dir, { recursive: true, force: true });
    return undefined;
  }
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  return {
    url: `clickhouse://127.0.0.1:${port}/default`,
    host: '127.0.0.1',
    tcpPort: port + 1,
    kill,
    async restart() {
      server = start(dir);
      if (!(await answers(port, server))) throw new Error('clickhouse-server does not start again');
    },
    async join(servers) {
      writeFileSync(join(dir, 'config.xml'), configOf(dir, port, keeper + clusterOf(servers)));
      await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'SYSTEM RELOAD CONFIG' });
    },
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function start(dir: string): ChildProcess {
  return spawn(binary as string, [`--config-file=${join(dir, 'config.xml')}`], { stdio: 'ignore', cwd: dir });
}

async function answers(port: number, server: ChildProcess): Promise<boolean> {
  for (let waited = 0; waited < 30_000 && server.exitCode === null; waited += 50) {
    const signal = AbortSignal.timeout(5_000);
    const ping = fetch(`http://127.0.0.1:${port}/ping`, { signal }).then((answer) => answer.text());
    if ((await ping.catch(() => '')).startsWith('Ok')) return true;
    await setTimeout(50);
  }
  server.kill('SIGKILL');
  return false;
}

function keptBy({ port }: StartedZooKeeper): string {
  return `<zookeeper><node><host>127.0.0.1</host><port>${port}</port></node></zookeeper>
    <distributed_ddl><path>/ddl</path></distributed_ddl>`;
}

function clusterOf(servers: readonly StartedClickHouse[]): string {
  const shards = servers.map(
    ({ host, tcpPort }) => `<shard><replica><host>${host}</host><port>${tcpPort}</port></replica></shard>`,
  );
  return `<remote_servers><three>${shards.join('')}</three></remote_servers>`;
}

function configOf(dir: string, port: number, more: string): string {
  return `<?xml version="1.0"?><yandex>
    <logger><level>error</level><log>${dir}/log</log><errorlog>${dir}/errors</errorlog></logger>
    <http_port>${port}</http_port><tcp_port>${port + 1}</tcp_port><listen_host>127.0.0.1</listen_host>
    <path>${dir}/data/</path><tmp_path>${dir}/tmp/</tmp_path><users_config>${dir}/users.xml</users_config>
    <default_profile>default</default_profile><default_database>default</default_database>
    <mark_cache_size>33554432</mark_cache_size><max_concurrent_queries>50</max_concurrent_queries>${more}
  </yandex>`;
}

const users = `<?xml version="1.0"?><yandex><profiles><default/></profiles><quotas><default/></quotas><users><default>
  <password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
</default></users></yandex>`;
