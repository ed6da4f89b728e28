import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly license?: string | { readonly type: string };
  readonly licenses?: readonly { readonly type: string }[];
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** Licences that ask something of the program that contains the part. */
const copyleft = /GPL|MPL|EPL|EUPL|CDDL|OSL|SSPL|CPAL|CC-BY-SA|CC-BY-NC|BUSL/i;

const packageDirs = ['packages', 'adapters']
  .map((folder) => join(root, folder))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((dir) => existsSync(join(dir, 'package.json')));

it.each(packageDirs.map((dir) => [readManifest(dir).name, dir]))(
  '%s brings nothing along that is copyleft, or that says no licence',
  (_name, dir) => {
    const parts = [...productionDirs(dir)].map(readManifest);
    const found = parts.filter((part) => !isPermissive(licenceOf(part)));
    expect(found.map((part) => `${part.name}: ${licenceOf(part)}`)).toEqual([]);
  },
);

it.each([
  ['MIT', true],
  ['GPL-2.0-or-later', false],
  ['(MIT OR GPL-3.0-only)', true],
  ['MIT AND LGPL-3.0', false],
  ['UNKNOWN', false],
])('of the licence %s says whether it is permissive: %s', (licence, expected) => {
  expect(isPermissive(licence)).toBe(expected);
});

function readManifest(dir: string): Manifest {
  return JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest;
}

/** The folders of a package and of all that an installation of it brings along. */
function productionDirs(dir: string, seen = new Set<string>()): Set<string> {
  if (seen.has(dir)) return seen;
  seen.add(dir);
  const { dependencies, optionalDependencies } = readManifest(dir);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const found = findInstalled(dir, name);
    if (found) productionDirs(found, seen);
    else if (dependencies?.[name]) throw new Error(`${name}, of ${dir}, is not installed`);
  }
  return seen;
}

/** Where a part is, as Node looks for it; undefined for one that this machine does not need. */
function findInstalled(from: string, name: string): string | undefined {
  const dir = join(from, 'node_modules', name);
  if (existsSync(join(dir, 'package.json'))) return realpathSync(dir);
  return from === dirname(from) ? undefined : findInstalled(dirname(from), name);
}

function licenceOf({ license, licenses }: Manifest): string {
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'UNKNOWN';
}

function isPermissive(licence: string): boolean {
  return licence
    .replace(/[()]/g, '')
    .split(/ OR /i)
    .some((choice) => choice !== 'UNKNOWN' && choice !== '' && !copyleft.test(choice));
}
