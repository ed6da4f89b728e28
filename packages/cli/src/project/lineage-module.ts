import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Lineage } from '@varve/migrations';
import { renderLineageModule } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { importEnding } from './import-ending.ts';
import type { Project } from './load-project.ts';

/** The text of the project's lineage module; undefined when it has none. */
function renderModule(
  { lineageModule, schemaFiles, functionsModule }: Project,
  lineage: Lineage,
): string | undefined {
  if (!lineageModule) return undefined;
  const specifiers = schemaFiles.map((file) => `'${specifierOf(file, lineageModule)}'`);
  const exports = specifiers.map((from) => `export * from ${from};`);
  const imports =
    specifiers.length === 1
      ? [`import * as tables from ${specifiers[0]};`]
      : specifiers.map((from, at) => `import * as tables${at} from ${from};`);
  const spread = specifiers.map((_, at) => `...tables${at}`).join(', ');
  const joined = specifiers.length === 1 ? [] : ['', `const tables = { ${spread} };`];
  const functions = functionsModule
    ? [`import * as functions from '${specifierOf(functionsModule, lineageModule)}';`]
    : [];
  return renderLineageModule(lineage, {
    tablesImport: [...functions, ...imports, ...exports, ...joined].join('\n'),
    hasFunctions: functions.length > 0,
    defineLineageFrom: '@varve/migrations',
    exportName: 'lineage',
  });
}

function specifierOf(file: string, from: string): string {
  const path = relative(dirname(from), file).replaceAll('\\', '/');
  const specifier = path.startsWith('.') ? path : `./${path}`;
  const { ending } = importEnding(dirname(from));
  return ending === 'ts' ? specifier : specifier.replace(/\.([cm]?)tsx?$/, '.$1js');
}

export function writeLineageModule(project: Project, lineage: Lineage): void {
  const text = renderModule(project, lineage);
  if (!project.lineageModule || !text) return;
  mkdirSync(dirname(project.lineageModule), { recursive: true });
  writeFileSync(project.lineageModule, text);
}

/** The error for a module that is not what `varve generate` would write now. */
export function lineageModuleError(project: Project, lineage: Lineage): VarveError | undefined {
  const { lineageModule: path } = project;
  const text = renderModule(project, lineage);
  if (!path || !text) return undefined;
  const found = existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\r\n', '\n') : undefined;
  if (found === text) return undefined;
  const state = found === undefined ? 'is not there' : 'is not what the migrations make it';
  return new VarveError('LINEAGE_MODULE_STALE', `the lineage module ${state}`, {
    path,
    hint: 'run varve generate, and commit what it writes',
  });
}
