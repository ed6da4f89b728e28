import type { SourceFile } from './source-imports.ts';

/** Which package may import which; an arrow, never back. What is not named may import none of the others. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'packages/migrations': ['schema'],
  'packages/core': ['schema', 'migrations'],
  'packages/aggregator': ['schema', 'migrations', 'core'],
  'packages/import': ['schema', 'migrations', 'core', 'aggregator'],
  'packages/page': ['schema', 'migrations', 'core', 'aggregator'],
  'packages/testing': ['schema', 'migrations', 'core', 'aggregator'],
  'packages/cli': ['schema', 'migrations', 'core', 'aggregator', 'import', 'page', 'testing'],
};
const ofAdapters = ['schema', 'migrations', 'core'];

/** What is wrong with the imports, a line each: past the door of a room or of a package, or against the arrows. */
export function findPassedDoors(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [...passedRooms(file, files), ...wrongPackages(file)]);
}

function passedRooms(file: SourceFile, files: readonly SourceFile[]): string[] {
  return file.files.flatMap((path) => {
    if (!path.startsWith(`${file.home}/`))
      return isManifest(path) ? [] : [`${file.path} leaves its package for ${path}`];
    const target = files.find((other) => other.path === path);
    if (!target || target.room === '' || target.room === file.room) return [];
    const door = `${file.home}/src/${target.room}/index.ts`;
    return path === door ? [] : [`${file.path} passes the door of ${target.room}/ for ${path}`];
  });
}

function isManifest(path: string): boolean {
  return path.endsWith('/package.json');
}

function wrongPackages(file: SourceFile): string[] {
  const allowed = arrows[file.home] ?? (file.home.startsWith('adapters/') ? ofAdapters : []);
  return file.packages.flatMap((name) => {
    const [, folder, rest] = /^@varve\/([^/]+)(?:\/(.*))?$/.exec(name) ?? [];
    if (folder === undefined || file.home === `packages/${folder}`) return [];
    if (!allowed.includes(folder)) return [`${file.path} imports ${name} against the arrows`];
    return /^(src|dist)\b/.test(rest ?? '') ? [`${file.path} passes the door of ${name}`] : [];
  });
}
