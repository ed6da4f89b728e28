import { execFile } from 'node:child_process';

export interface ProcessRun {
  readonly exitCode: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, without the NODE_OPTIONS that make this workspace find its own sources. */
export function runProcess(cwd: string, program: string, ...args: string[]): Promise<ProcessRun> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const exitCode = error ? (error.code ?? error.signal ?? null) : 0;
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** @throws Error with all the program printed, unless it exits with 0. */
export async function runToSuccess(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runProcess(cwd, program, ...args);
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: ${exitCode}\n${stdout}\n${stderr}`);
  return stdout;
}
