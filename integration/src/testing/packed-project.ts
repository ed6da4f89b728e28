import { cpSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runToSuccess } from './run-process.ts';

export const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));
const programs = fileURLToPath(new URL('./packed', import.meta.url));

export const workspaceBin = (name: string): string => join(workspaceRoot, 'node_modules', '.bin', name);

export interface PackedProject {
  readonly dir: string;
  /** The packed packages, one file each. */
  readonly tarballs: readonly string[];
}

/** Builds and packs the packages, and installs them with npm into a new project outside the workspace. */
export async function installPackedProject(): Promise<PackedProject> {
  const dir = mkdtempSync(join(tmpdir(), 'varve-packed-'));
  const packs = join(dir, 'packs');
  mkdirSync(packs);
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
  const tarballs = readdirSync(packs).map((name) => join(packs, name));
  cpSync(programs, dir, { recursive: true });
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['**/*.ts'], exclude: ['node_modules'] }),
  );
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await runToSuccess(dir, 'npm', 'install', ...quiet, ...beside, ...tarballs);
  return { dir, tarballs };
}

/** What a team installs itself. */
const beside = [
  'drizzle-orm@^0.45.4',
  'drizzle-kit@^0.31.11',
  'zod@4',
  '@types/node@24',
  '@langchain/langgraph@1',
];

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
