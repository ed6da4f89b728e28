import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface VarveRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Runs the real command, from source, as a process of its own. */
export function runVarve(cwd: string, ...args: string[]): VarveRun {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@varve/source', '--disable-warning=ExperimentalWarning', main, ...args],
    { cwd, encoding: 'utf8' },
  );
  return { exitCode: status, stdout, stderr };
}
