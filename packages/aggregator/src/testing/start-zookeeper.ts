import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface StartedZooKeeper extends AsyncDisposable {
  readonly port: number;
}

const jar = '/usr/share/java/zookeeper.jar';

/** Whether Debian's package `zookeeper` is there, which brings Java. */
export const hasZooKeeper = existsSync(jar) && existsSync('/usr/bin/java');

/** A server of its own on loopback. Where a port is taken, others are tried. */
export async function startZooKeeper(): Promise<StartedZooKeeper> {
  for (let attempt = 1; ; attempt++) {
    const started = await tryToStart(randomInt(20_000, 60_000));
    if (started) return started;
    if (attempt === 5) throw new Error('zookeeper does not start');
  }
}

async function tryToStart(port: number): Promise<StartedZooKeeper | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'varve-zk-'));
  const main = 'org.apache.zookeeper.server.ZooKeeperServerMain';
  const options = ['-Xmx64m', '-Dzookeeper.admin.enableServer=false'];
  const server = spawn('/usr/bin/java', [...options, '-cp', jar, main, String(port), dir], {
    stdio: 'ignore',
  });
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
    rmSync(dir, { recursive: true, force: true });
  };
  if (await answers(port, server)) return { port, [Symbol.asyncDispose]: stop };
  await stop();
  return undefined;
}

/** Its `srvr` is allowed to anybody. A server that is about to start may take the question and never answer it. */
async function answers(port: number, server: ChildProcess): Promise<boolean> {
  for (let waited = 0; waited < 60_000 && server.exitCode === null; waited += 100) {
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => socket.write('srvr'));
      socket.setTimeout(1_000, () => socket.destroy());
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('error', () => resolve(''));
      socket.on('close', () => resolve(text));
    });
    if (said.includes('Zookeeper version')) return true;
    await setTimeout(100);
  }
  return false;
}
