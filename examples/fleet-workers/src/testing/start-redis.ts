import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const binary = '/usr/bin/redis-server';

/** Whether Debian's package `redis-server` is there. */
export const hasRedis = existsSync(binary);

/** A server of its own that listens on a socket in its folder, and on no port. */
export async function startRedis(): Promise<AsyncDisposable & { readonly url: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'varve-redis-'));
  const socket = join(dir, 'socket');
  const settings = ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', '', '--appendonly', 'no'];
  const server = spawn(binary, settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    server.stdout.on('data', (text) => /ready to accept connections/i.test(String(text)) && resolve());
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
  });
  return {
    url: socket,
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL');
      await once(server, 'exit');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
