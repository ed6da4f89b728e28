import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { VarveError } from '@varve/schema';
import { z } from 'zod';

const manifestSchema = z.object({
  version: z.string(),
  bin: z.union([z.string(), z.record(z.string(), z.string())]),
});

export interface DrizzleKitOptions {
  /** Lets drizzle-kit ask at the terminal; then the output is there and not in the result. */
  readonly isInteractive?: boolean;
}

/**
 * Runs the drizzle-kit command that the project itself has installed, and returns all it said. Its exit code is 0 also
 * after most of its failures, so callers look at what it made.
 *
 * @throws DRIZZLE_KIT_FAILED when it is not installed.
 */
export function runDrizzleKit(
  dir: string,
  args: readonly string[],
  { isInteractive = false }: DrizzleKitOptions = {},
): string {
  const command = [...process.execArgv, findDrizzleKit(dir).command, ...args];
  const { stdout, stderr, error } = spawnSync(process.execPath, command, {
    cwd: dir,
    encoding: 'utf8',
    stdio: isInteractive ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  if (error) throw drizzleKitFailure(error.message, dir, error);
  return `${stdout ?? ''}${stderr ?? ''}`;
}

/** @throws DRIZZLE_KIT_FAILED when it is not installed. */
export function drizzleKitVersion(dir: string): string {
  return findDrizzleKit(dir).version;
}

function findDrizzleKit(dir: string): { readonly version: string; readonly command: string } {
  const folders = createRequire(join(dir, 'package.json')).resolve.paths('drizzle-kit') ?? [];
  const manifests = folders.map((folder) => join(folder, 'drizzle-kit', 'package.json'));
  const manifest = manifests.find((path) => existsSync(path));
  if (!manifest) throw drizzleKitFailure('it is not installed in this project', dir);
  const { version, bin } = manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8')));
  const file = typeof bin === 'string' ? bin : (bin['drizzle-kit'] ?? '');
  return { version, command: join(dirname(manifest), file) };
}

function drizzleKitFailure(reason: string, path: string, cause?: unknown): VarveError {
  return new VarveError('DRIZZLE_KIT_FAILED', `drizzle-kit could not be run: ${reason}`, {
    path,
    hint: 'npm install --save-dev drizzle-kit',
    cause,
  });
}
