import { existsSync, readFileSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };

const ours = /^@varve\/([\w-]+)(?:\/([\w-]+))?$/;

/**
 * Lets a configuration have the modules that this process has loaded already instead of a copy: an error that a team's
 * own module throws is of the class that is asked for here. It has its own where its packages are of another version.
 * From source there is but one copy.
 */
export function shareModules(): void {
  if (import.meta.url.endsWith('.ts')) return;
  module.registerHooks?.({
    resolve: (specifier, context, next) => {
      const [, name, door = 'index'] = ours.exec(specifier) ?? [];
      const url = new URL(`./${name}-${door}.js`, import.meta.url);
      // The page, the adapters and what tests need are no part of the bundle.
      const isShared = name !== undefined && existsSync(url);
      if (!isShared || !isSameVersion(() => next(specifier, context).url)) return next(specifier, context);
      return { url: url.href, format: 'module', shortCircuit: true };
    },
  });
}

/** True as well where there is no other: the command runs in a folder that nothing was installed in yet. */
function isSameVersion(resolve: () => string): boolean {
  try {
    const path = fileURLToPath(new URL('../package.json', resolve()));
    return JSON.parse(readFileSync(path, 'utf8')).version === manifest.version;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  }
}
