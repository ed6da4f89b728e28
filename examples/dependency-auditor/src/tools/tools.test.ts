import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { findInstalled } from '../find-installed.ts';
import { checkDependencies } from './check-dependencies.ts';
import { detectLicence } from './detect-licence.ts';
import { findDeepImports } from './find-deep-imports.ts';
import { findInstallScripts } from './find-install-scripts.ts';
import { listFiles } from './list-files.ts';
import { measureFiles } from './measure-files.ts';
import { packFileList } from './pack-file-list.ts';
import { readManifest } from './read-manifest.ts';
import { readReadme } from './read-readme.ts';
import { resolveEntryPoints } from './resolve-entry-points.ts';
import { ToolFailure } from './tool-failure.ts';

const installed = findInstalled(fileURLToPath(new URL('../../../..', import.meta.url)));

function folderOf(name: string): string {
  const folder = installed.find((it) => it.endsWith(`/node_modules/${name}`));
  if (!folder) throw new Error(`${name} is not installed`);
  return folder;
}

function failureOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof ToolFailure) return error.name;
    throw error;
  }
}

const hasFile = (name: RegExp) => (folder: string) => listFiles(folder).some(({ path }) => name.test(path));

it('finds every installed package once, and the manifests inside packages', () => {
  expect(installed.length).toBeGreaterThan(100);
  expect(new Set(installed).size).toBe(installed.length);
  expect(installed.every((folder) => existsSync(join(folder, 'package.json')))).toBe(true);
  expect(installed.some((folder) => folder.endsWith('/node_modules/zod/v4'))).toBe(true);
});

it('reads a manifest, and fails on one without a name', () => {
  const { version } = JSON.parse(readFileSync(join(folderOf('zod'), 'package.json'), 'utf8'));
  expect(readManifest(folderOf('zod'))).toMatchObject({ name: 'zod', version, license: 'MIT' });
  expect(failureOf(() => readManifest(folderOf('zod/v4')))).toBe('ManifestUnreadable');
  expect(failureOf(() => readManifest(join(folderOf('zod'), 'nowhere')))).toBe('ManifestMissing');
});

it('measures what lies in the folder, and packs the list of it', () => {
  const folder = folderOf('picocolors');
  const files = listFiles(folder);
  expect(measureFiles(folder)).toEqual({
    fileCount: files.length,
    sizeBytes: files.reduce((sum, { path }) => sum + readFileSync(join(folder, path)).length, 0),
    countByExtension: expect.objectContaining({ '.js': 2, '.json': 1 }),
  });
  const lines = gunzipSync(packFileList(folder)).toString().trimEnd().split('\n');
  expect(lines.map((line) => line.split('\t')[1])).toEqual(files.map(({ path }) => path));
});

it('detects the licence by its text, and fails where none is shipped', () => {
  const expected = {
    zod: 'MIT',
    typescript: 'Apache-2.0',
    picocolors: 'ISC',
    'source-map-js': 'BSD-3-Clause',
  };
  const found = Object.keys(expected).map((name) => [name, detectLicence(folderOf(name)).spdx]);
  expect(Object.fromEntries(found)).toEqual(expected);
  expect(failureOf(() => detectLicence(folderOf('drizzle-orm')))).toBe('LicenceMissing');
});

it('finds the commands that run on install', () => {
  const [found] = findInstallScripts(folderOf('esbuild'));
  expect(found).toEqual({ script: 'postinstall', command: 'node install.js' });
  expect(findInstallScripts(folderOf('picocolors'))).toEqual([]);
});

it('resolves entry points, and fails on a package with nothing to import', () => {
  const entryPoints = resolveEntryPoints(folderOf('zod'));
  expect(entryPoints).toContain('./index.js');
  const binary = installed.find((folder) => folder.includes('/node_modules/@esbuild/')) as string;
  expect(failureOf(() => resolveEntryPoints(binary))).toBe('EntryPointMissing');
});

it('finds imports that reach past a front door, and only those', async () => {
  const { fileCount, deepImports } = await findDeepImports(folderOf('@changesets/get-dependents-graph'));
  expect(fileCount).toBeGreaterThan(0);
  expect(deepImports).toEqual(['semver/classes/range.js']);
  expect((await findDeepImports(folderOf('uuid'))).deepImports).toEqual([]);
});

it('tells which dependencies Node would find', () => {
  const { installed: found, missing } = checkDependencies(folderOf('source-map-support'));
  expect(found).toEqual(['buffer-from', 'source-map']);
  expect(missing).toEqual([]);
});

it('reads the readme, and fails where there is none', () => {
  expect(readReadme(folderOf('zod'))).toMatchObject({ file: 'README.md', hasExample: true });
  const silent = installed.find((folder) => !hasFile(/^readme/i)(folder)) as string;
  expect(failureOf(() => readReadme(silent))).toBe('ReadmeMissing');
});
