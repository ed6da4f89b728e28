import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { runCommand } from '../program/run-command.ts';

export interface VarveRun {
  readonly exitCode: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process, which spares the second that starting one takes. */
export async function runVarve(cwd: string, ...args: string[]): Promise<VarveRun> {
  const { exitCode } = process;
  const dir = process.cwd();
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((_text, ...done) => {
    for (const call of done) if (typeof call === 'function') call();
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    process.chdir(cwd);
    process.exitCode = 0;
    await runCommand(args);
    return { exitCode: process.exitCode, stdout: writtenTo(stdout), stderr: writtenTo(stderr) };
  } finally {
    process.exitCode = exitCode;
    process.chdir(dir);
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

function writtenTo(stream: { readonly mock: { readonly calls: readonly (readonly unknown[])[] } }): string {
  return stream.mock.calls.map(([text]) => String(text)).join('');
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

const nodeArgs = ['--conditions=@varve/source', '--disable-warning=ExperimentalWarning', main];

/** Runs the real command, from source, as a process of its own: where what Node.js itself does matters. */
export function spawnVarve(cwd: string, ...args: string[]): VarveRun {
  const options = { cwd, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, ...args], options);
  return { exitCode: status, stdout, stderr };
}

/** As `spawnVarve`, without waiting for it. */
export function startVarve(cwd: string, ...args: string[]) {
  return spawn(process.execPath, [...nodeArgs, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
}
