import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CodeSplittingOptions, type ExternalOption, rolldown } from 'rolldown';

/** Where an entry's source is, by the name of the file that it becomes in `dist`. */
export type Entries = Readonly<Record<string, string>>;

/** The paths of what went into a bundle. */
export type Modules = readonly string[];

/**
 * Bundles a package into `dist`: a file for each entry, and chunks for what entries share, all side by side, so that a
 * path relative to a module leads from each of them to the same file. One file of 300 is loaded in a fifth of the time.
 */
export async function buildPackage(
  input: Entries,
  external: ExternalOption,
  codeSplitting: CodeSplittingOptions = {},
): Promise<Modules> {
  rmSync('dist', { recursive: true, force: true });
  const bundle = await rolldown({
    input,
    external,
    platform: 'node',
    // A worker's script imports late what its package imports at once.
    checks: { ineffectiveDynamicImport: false },
    preserveEntrySignatures: 'allow-extension',
    transform: { target: 'node22' },
    resolve: { conditionNames: ['@varve/source', 'node', 'import'] },
  });
  const { output } = await bundle.write({
    dir: 'dist',
    format: 'esm',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting,
  });
  await bundle.close();
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}

/**
 * Bundles a script that processes are started with, one after the other, into a file that has all that it needs, but for
 * what its package installs. As CommonJS: Node.js starts it in half the time that it takes for modules, whose imports of
 * its own libraries load more than is used.
 */
export async function buildWorker(path: string, external: ExternalOption): Promise<Modules> {
  const bundle = await rolldown({
    input: { [basename(path, '.ts')]: path },
    external,
    platform: 'node',
    transform: { target: 'node22' },
    resolve: { conditionNames: ['@varve/source', 'node', 'import'] },
  });
  const names = { entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' };
  const { output } = await bundle.write({ dir: 'dist', format: 'cjs', ...names });
  await bundle.close();
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, { readonly '@varve/source': string }>>;
  readonly sideEffects?: false | readonly string[];
}

/** A file for each thing that the package in a folder exports, each that has an effect, and each worker script. */
export function packageEntries(dir = '.'): Entries {
  const { exports, sideEffects }: Manifest = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'));
  const doors = Object.values(exports).map((conditions) => conditions['@varve/source']);
  const effects = (sideEffects || []).filter((path) => path.startsWith('./src/'));
  const sources = [...doors, ...effects].map((path) => join(dir, path));
  return Object.fromEntries([...sources, ...workerScripts(dir)].map((path) => [basename(path, '.ts'), path]));
}

/** What an upgrade starts first, and waits for. */
const isQuick = (path: string): boolean => basename(path) === 'upgrade-worker.ts';

export function workerScripts(dir: string): string[] {
  return allWorkers(dir).filter((path) => !isQuick(path));
}

/** Those that `buildWorker` is for. */
export function quickWorkers(dir: string): string[] {
  return allWorkers(dir).filter(isQuick);
}

function allWorkers(dir: string): string[] {
  return globSync(`${dir}/src/**/*-worker.ts`).filter((path) => !/[\\/]testing[\\/]/.test(path));
}

/** What a package installs that is not ours. */
function installed(dir: string): RegExp {
  const { dependencies, peerDependencies }: Manifest = JSON.parse(
    readFileSync(`${dir}/package.json`, 'utf8'),
  );
  const names = Object.keys({ ...dependencies, ...peerDependencies }).filter(
    (name) => !name.startsWith('@varve/'),
  );
  return new RegExp(`^(?:${names.join('|')})(?:/|$)`);
}

/** The licences of the packages that went into a bundle, as they ask to be handed on. */
export function writeLicences(modules: Modules): void {
  const dirs = modules.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const texts = [...new Set(dirs)].sort().map((dir) => {
    const { name, version, license } = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'));
    const [file] = globSync(`${dir}/{licen[cs]e,LICEN[CS]E}*`);
    const text = file ? readFileSync(file, 'utf8').trim() : 'Its package has no text of the licence.';
    return `${name} ${version}, ${license}\n\n${text}\n`;
  });
  if (texts.length > 0) writeFileSync('dist/licences.txt', texts.join('\n\n'));
}

/** What is named on the command line goes into the bundle; so does, nameless, what oxc lowers `using` to. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const bundled = ['@oxc-project/runtime', ...process.argv.slice(2)].join('|');
  const modules = [await buildPackage(packageEntries(), new RegExp(`^(?!(?:${bundled})(?:/|$))[@\\w]`))];
  for (const path of quickWorkers('.')) modules.push(await buildWorker(path, installed('.')));
  writeLicences(modules.flat());
}
