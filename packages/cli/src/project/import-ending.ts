import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getTsconfig } from 'get-tsconfig';
import { type Manifest, readManifest } from './manifest.ts';

/** How a module in a folder names another one of the project. */
export interface ImportEnding {
  readonly ending: 'ts' | 'js';
  /** Undefined where nothing else could be meant. */
  readonly because: string | undefined;
  /** True where TypeScript has to be told, so that it takes such imports. */
  readonly needsFlag: boolean;
}

/** What takes `.js` for the `.ts` beside it, or has made a `.js` of it before anything runs. */
const builders = ['tsc', 'tsx', 'ts-node', 'bun', 'vite', 'next', 'esbuild', 'webpack', 'rollup', 'rolldown', 'tsup', 'tsdown', 'swc', 'parcel', 'wrangler']; // biome-ignore format: a list reads better in rows

/** By the project's tsconfig, and by what its package.json runs. Node.js itself takes nothing but the file's own name. */
export function importEnding(dir: string): ImportEnding {
  const options = getTsconfig(dir)?.config.compilerOptions;
  if (!options) return { ending: 'ts', because: undefined, needsFlag: false };
  if (options.allowImportingTsExtensions || options.rewriteRelativeImportExtensions)
    return { ending: 'ts', because: 'tsconfig.json allows it', needsFlag: false };
  const builder = findBuilder(nearestManifest(dir));
  return builder
    ? {
        ending: 'js',
        because: `package.json runs ${builder}, and tsconfig.json allows no .ts`,
        needsFlag: false,
      }
    : { ending: 'ts', because: 'nothing but Node.js runs the sources', needsFlag: true };
}

function findBuilder({ scripts = {}, dependencies, devDependencies }: Manifest): string | undefined {
  const texts = Object.values(scripts).filter((text) => !/\bnode\b[^&|;]*\.[cm]?ts\b/.test(text));
  if (texts.length < Object.keys(scripts).length) return undefined;
  const words = new Set(texts.flatMap((text) => text.split(/[\s;&|]+/)));
  const isChecked = texts.some((text) => /\btsc\b.*--noEmit/.test(text));
  const packages = { ...dependencies, ...devDependencies };
  return builders.find((name) => (words.has(name) && !(name === 'tsc' && isChecked)) || name in packages);
}

function nearestManifest(dir: string): Manifest {
  for (let at = dir; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return readManifest(at) ?? {};
    if (dirname(at) === at) return {};
  }
}
