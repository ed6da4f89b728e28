import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Said {
  readonly state: 'begun' | 'done' | 'current' | 'failed';
  readonly archive: string;
}

export interface RunningWorker {
  readonly said: readonly Said[];
  /** Settles when a line has come that is asked for, at once if it has come already. */
  waitFor(isMeant: (said: Said, all: readonly Said[]) => boolean): Promise<void>;
  /** Ends it with a signal, and waits until it has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts one of this folder's programs, as its package's scripts do. */
export function runWorker(program: string, env: Readonly<Record<string, string>>): RunningWorker {
  const child = start(program, [], env);
  const said: Said[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(JSON.parse(line) as Said);
    for (const look of waiting) look();
  });
  return {
    said,
    waitFor: (isMeant) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!said.some((it) => isMeant(it, said))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        child.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
        look();
      }),
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/** Runs one to its end. Returns what it said. */
export async function runProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const child = start(program, args, env);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return text;
}

function start(program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  return spawn(process.execPath, ['--conditions=@varve/source', path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
}
