import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const documentedPackages = [
  'schema',
  'migrations',
  'core',
  'aggregator',
  'import',
  'testing',
  'page',
  'cli',
] as const;

/** Writes a page for each package into a folder, which is emptied first. The same sources give the same pages. */
export async function renderApiDocs(out: string): Promise<void> {
  const options: Partial<TypeDocOptions & PluginOptions> = {
    name: 'varve',
    out,
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: documentedPackages.map((name) => join(root, 'packages', name, 'src', 'index.ts')),
    tsconfig: join(root, 'tsconfig.json'),
    basePath: join(root, 'packages'),
    outputFileStrategy: 'modules',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    readme: 'none',
    disableSources: true,
    excludePrivate: true,
    // The workspace is checked by its own compiler, which is newer than the one TypeDoc needs.
    skipErrorChecking: true,
    logLevel: 'Error',
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc could not read the packages');
  await app.generateOutputs(project);
}
