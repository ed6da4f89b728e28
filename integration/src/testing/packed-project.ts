import { cpSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToSuccess } from './run-process.ts';

export const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));

export const workspaceBin = (name: string): string => join(workspaceRoot, 'node_modules', '.bin', name);

export interface PackedProject {
  readonly dir: string;
  /** The packed packages, one file each. */
  readonly tarballs: readonly string[];
}

/** What a team on one of Drizzle's majors has: programs and a package.json, in a folder of `integration`. */
export type Team = 'drizzle-045' | 'drizzle-1';

/** Builds and packs the packages. */
export async function packPackages(): Promise<readonly string[]> {
  const packs = mkdtempSync(join(tmpdir(), 'varve-packs-'));
  await runToSuccess(workspaceRoot, workspaceBin('turbo'), 'run', 'build');
  const pack = [
    '--yes',
    'pnpm',
    '--filter',
    './packages/*',
    '--filter',
    './adapters/*',
    'pack',
    '--pack-destination',
    packs,
  ];
  await runToSuccess(workspaceRoot, 'npx', ...pack);
  return readdirSync(packs).map((name) => join(packs, name));
}

/** Installs packed packages with npm into a team's project outside the workspace. */
export async function installPackedProject(team: Team, tarballs: readonly string[]): Promise<PackedProject> {
  const dir = mkdtempSync(join(tmpdir(), `varve-${team}-`));
  cpSync(join(workspaceRoot, 'integration', team), dir, { recursive: true });
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['**/*.ts'], exclude: ['node_modules'] }),
  );
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await runToSuccess(dir, 'npm', 'install', ...quiet, ...tarballs);
  return { dir, tarballs };
}

const compilerOptions = {
  target: 'es2023',
  lib: ['es2024', 'esnext.disposable'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};
