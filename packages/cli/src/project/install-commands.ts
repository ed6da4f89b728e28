import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { foldersAbove, readManifest } from './manifest.ts';

const runtimePackages = ['@varve/core', '@varve/migrations', '@varve/schema', 'drizzle-orm', 'zod'];
const developmentPackages = ['varve', 'drizzle-kit'];

interface PackageManager {
  readonly add: string;
  readonly addDev: string;
  readonly run: string;
}

const npm: PackageManager = { add: 'npm install', addDev: 'npm install --save-dev', run: 'npx varve' };

/** By the lock file that they write. */
const others: Readonly<Record<string, PackageManager>> = {
  'pnpm-lock.yaml': { add: 'pnpm add', addDev: 'pnpm add --save-dev', run: 'pnpm varve' },
  'yarn.lock': { add: 'yarn add', addDev: 'yarn add --dev', run: 'yarn varve' },
  'bun.lock': { add: 'bun add', addDev: 'bun add --dev', run: 'bunx varve' },
  'bun.lockb': { add: 'bun add', addDev: 'bun add --dev', run: 'bunx varve' },
};

/** What is left to do behind `varve init`, as commands: what installs the packages that are lacking, and the first migration. */
export function nextCommands(dir: string): string[] {
  const folders = foldersAbove(dir);
  const lock = Object.keys(others).find((name) => folders.some((it) => existsSync(join(it, name))));
  const { add, addDev, run } = (lock && others[lock]) || npm;
  const installed = new Set(
    folders.flatMap((it) => {
      const { dependencies, devDependencies, peerDependencies } = readManifest(it) ?? {};
      return Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
    }),
  );
  const lacking = (names: readonly string[]) => names.filter((name) => !installed.has(name));
  const installs = [
    [add, ...lacking(runtimePackages)],
    [addDev, ...lacking(developmentPackages)],
  ];
  return [
    ...installs.filter((words) => words.length > 1).map((words) => words.join(' ')),
    `${run} generate first`,
  ];
}
