import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Bun's program, where the package has one for this machine. */
export function findBun(): string | undefined {
  try {
    const { resolve } = createRequire(import.meta.url);
    const program = join(dirname(resolve('bun/package.json')), 'bin', 'bun.exe');
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return program;
  } catch {
    return undefined;
  }
}
