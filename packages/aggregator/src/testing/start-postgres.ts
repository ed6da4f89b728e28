import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { postgresBinaries } from './postgres-binaries.ts';

export interface StartedPostgres extends AsyncDisposable {
  /** Of the superuser's database. */
  readonly url: string;
  /** The address of a new, empty database. */
  createDatabase(name: string): Promise<string>;
  /** What a database takes on the disk, in bytes, beyond an empty one. */
  sizeOf(name: string): Promise<number>;
  /** Ends it at once, as `kill -9` would. */
  kill(): Promise<void>;
}

export { hasPostgres } from './postgres-binaries.ts';

/** A server of its own that listens on a socket in its folder, and on no port. */
export async function startPostgres(): Promise<StartedPostgres> {
  const dir = mkdtempSync(join(tmpdir(), 'varve-pg-'));
  const owner = ownerOf(dir);
  const data = join(dir, 'data');
  const bin = postgresBinaries(dir);
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'], {
    ...owner,
    stdio: 'ignore',
  });
  const settings = ['listen_addresses=', `unix_socket_directories=${dir}`, 'fsync=off', 'max_connections=50'];
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((it) => ['-c', it])], {
    ...owner,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    server.stderr.on('data', (text) => String(text).includes('ready to accept connections') && resolve());
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}`)));
  });
  const urlOf = (name: string) => `postgres://postgres@localhost/${name}?host=${encodeURIComponent(dir)}`;
  const kill = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill(signal);
    await once(server, 'exit');
  };
  return {
    url: urlOf('postgres'),
    async createDatabase(name) {
      const client = new pg.Client({ connectionString: urlOf('postgres') });
      await client.connect();
      await client.query(`CREATE DATABASE "${name}"`);
      await client.end();
      return urlOf(name);
    },
    async sizeOf(name) {
      const client = new pg.Client({ connectionString: urlOf('postgres') });
      await client.connect();
      const sql = "SELECT pg_database_size($1)::text, pg_database_size('template1')::text";
      const { rows } = await client.query({ text: sql, values: [name], rowMode: 'array' });
      await client.end();
      return Number(rows[0]?.[0]) - Number(rows[0]?.[1]);
    },
    kill: () => kill('SIGQUIT'),
    async [Symbol.asyncDispose]() {
      await kill('SIGINT');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** It refuses to run as root: then it is nobody. */
function ownerOf(dir: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  chownSync(dir, nobody, nobody);
  return { uid: nobody, gid: nobody };
}

const nobody = 65_534;
