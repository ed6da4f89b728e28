import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig } from 'vite';

const packageDir = fileURLToPath(new URL('..', import.meta.url));
const clientSource = join(packageDir, 'client');

/** Builds the page's client: `app`, which the server hands out, and `session`, which a page of its own has inside. */
export async function buildClient(outDir: string): Promise<void> {
  await build(configOf({ outDir, emptyOutDir: true }, 'index.html'));
  await build({
    ...configOf({ outDir, emptyOutDir: false }, join('src', 'standalone.tsx')),
    build: {
      ...common(outDir),
      license: false,
      emptyOutDir: false,
      cssCodeSplit: false,
      rolldownOptions: {
        input: join(clientSource, 'src', 'standalone.tsx'),
        output: { format: 'iife', entryFileNames: 'standalone.js', assetFileNames: 'standalone.[ext]' },
      },
    },
  });
}

function common(outDir: string) {
  return {
    outDir,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    license: { fileName: 'licences.md' },
  } as const;
}

function configOf(
  { outDir, emptyOutDir }: { outDir: string; emptyOutDir: boolean },
  input: string,
): InlineConfig {
  return {
    root: clientSource,
    configFile: false,
    logLevel: 'warn',
    base: '/',
    build: {
      ...common(outDir),
      emptyOutDir,
      rolldownOptions: {
        input: join(clientSource, input),
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', assetFileNames: '[name].[ext]' },
      },
    },
  };
}

/**
 * The client as its sources are now, built when nobody has yet. Two processes that build at once do not disturb each
 * other: the first to be ready is kept.
 */
export async function buildOnce(): Promise<string> {
  const cache = join(packageDir, 'node_modules', '.cache', 'client');
  const dir = join(cache, hashSources());
  if (existsSync(dir)) return dir;
  const own = `${dir}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  await buildClient(own);
  try {
    renameSync(own, dir);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!existsSync(dir)) throw error;
  }
  return dir;
}

function hashSources(): string {
  const hash = createHash('sha256');
  const files = readdirSync(clientSource, { recursive: true, withFileTypes: true }).filter((it) =>
    it.isFile(),
  );
  const paths = [...files.map((it) => join(it.parentPath, it.name)), fileURLToPath(import.meta.url)];
  for (const path of [...paths, join(packageDir, 'package.json')].sort())
    hash.update(path).update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

const [, script, outDir] = process.argv;
if (script === fileURLToPath(import.meta.url) && outDir) await buildClient(join(packageDir, outDir));
