import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import {
  buildPackage,
  buildWorker,
  packageEntries,
  quickWorkers,
  workerScripts,
  writeLicences,
} from '../../../scripts/build-package.ts';

/** Stay packages of their own: the one has files beside its code, the other needs the team's vitest. */
const apart = ['page', 'testing'];

/** The packages whose modules the command and a configuration have in common. */
const shared = globSync('../*/package.json')
  .map((path) => dirname(path))
  .filter((dir) => ![...apart, 'cli'].includes(basename(dir)));

/** What a team installs itself, and what is native. */
const outside = [
  'better-sqlite3',
  'drizzle-orm',
  '@aws-sdk/[^/]+',
  '@clickhouse/client',
  'pg',
  'pg-copy-streams',
];

const doors = shared.flatMap((dir) =>
  Object.entries(packageEntries(dir)).map(([entry, path]) => [`${basename(dir)}-${entry}`, path]),
);
const workers = shared.flatMap(workerScripts).map((path) => [basename(path, '.ts'), path]);

const external = new RegExp(`^(${[...outside, ...apart.map((name) => `@varve/${name}`)].join('|')})(/|$)`);
const modules = await buildPackage(
  { ...packageEntries(), ...Object.fromEntries([...doors, ...workers]), main: './src/main.ts' },
  external,
  { includeDependenciesRecursively: false, groups: [{ name: roomOf, debugName: 'rooms' }] },
);
const ofWorkers = await Promise.all(shared.flatMap(quickWorkers).map((path) => buildWorker(path, external)));
writeLicences([...modules, ...ofWorkers.flat()]);

/** A chunk for each package and each room of ours, so that a verb loads the rooms that it works in and no others. */
function roomOf(path: string): string | null {
  const [, dependency] = /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(path) ?? [];
  if (dependency) return dependency.replace('@', '').replace('/', '-');
  if (/[\\/](varve-error|error-codes)\.ts$/.test(path)) return 'errors';
  // Whatever is printed goes through it; the rest of its room brings zod along.
  if (/[\\/]in-pieces\.ts$/.test(path)) return 'in-pieces';
  const [, name, room] = /packages[\\/](\w+)[\\/]src[\\/](\w+)[\\/](?!.*-worker\.ts$)/.exec(path) ?? [];
  return name && room && name !== 'cli' ? `${name}-${room}` : null;
}
