import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Has a shell do something when this process is gone, whatever ended it: a signal that nobody catches, or SIGKILL. It
 * waits for the end of a pipe that the system closes then. Where there is no shell, as on Windows, nothing happens.
 * Returns what calls it off.
 */
export function atDeath(script: string, ...args: string[]): () => void {
  if (process.platform === 'win32') return () => {};
  const shell = spawn('/bin/sh', ['-c', `read -r _ || { ${script}; }`, 'sh', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    // Ctrl-C must not end it with us.
    detached: true,
  });
  letGo(shell);
  return () => {
    shell.stdin?.end('called off\n');
  };
}

/** Nobody waits for it, and its failure is nobody's. */
function letGo(shell: ChildProcess): void {
  shell.on('error', () => {});
  shell.stdin?.on('error', () => {});
  shell.unref();
  (shell.stdin as unknown as { unref?(): void } | null)?.unref?.();
}
