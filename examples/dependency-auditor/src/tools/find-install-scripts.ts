import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readManifest } from './read-manifest.ts';

const lifecycle = ['preinstall', 'install', 'postinstall'];

/** The commands that run on the user's machine when the package is installed. */
export function findInstallScripts(folder: string): { script: string; command: string }[] {
  const { scripts = {} } = readManifest(folder);
  const found = lifecycle.flatMap((script) => {
    const command = scripts[script];
    return command ? [{ script, command }] : [];
  });
  const buildsItself = found.length === 0 && existsSync(join(folder, 'binding.gyp'));
  return buildsItself ? [{ script: 'install', command: 'node-gyp rebuild' }] : found;
}
