import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addScripts } from './add-scripts.ts';
import { importEnding } from './import-ending.ts';
import type { InitAnswers } from './init-answers.ts';
import { readManifest } from './manifest.ts';
import { renderStarterSchema } from './starter-schema.ts';

/**
 * Writes the configuration, a schema where there is none, and scripts; overwrites nothing. Returns what it wrote.
 *
 * @throws CONFIG_INVALID for a package.json that cannot be read; nothing was written then
 */
export function initProject(dir: string, answers: InitAnswers): string[] {
  readManifest(dir);
  const written = ['varve.config.ts'];
  writeFileSync(join(dir, 'varve.config.ts'), renderConfig(answers));
  const { schema, isAdopted } = answers;
  const isOne = typeof schema === 'string' && /^[^*?{}[\]!]+\.[cm]?ts$/.test(schema);
  if (!isAdopted && isOne && !existsSync(join(dir, schema))) {
    mkdirSync(dirname(join(dir, schema)), { recursive: true });
    writeFileSync(join(dir, schema), renderStarterSchema(dir));
    written.push(schema.replace(/^\.\//, ''));
  }
  if (addScripts(dir, scripts)) written.push('package.json');
  return written;
}

function renderConfig({ isAdopted: _, ledger, ...answers }: InitAnswers): string {
  const { name, schema, migrations, lineageModule, archives } = answers;
  const fields = Object.entries({ name, schema, migrations, lineageModule, archives });
  const lines = fields.map(([field, value]) => `  ${field}: ${renderLiteral(value)},\n`);
  return `import { defineConfig } from 'varve';\n\nexport default defineConfig({\n${lines.join('')}${ledger ? `  ledger: { table: ${renderLiteral(ledger.table)} },\n` : ''}});\n`;
}

function renderLiteral(value: string | readonly string[]): string {
  if (typeof value !== 'string') return `[${value.map(renderLiteral).join(', ')}]`;
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const scripts = { 'varve:generate': 'varve generate', 'varve:check': 'varve check' };

/** How what is written runs, and what a person has to do so that it does. */
export function moduleNotes(dir: string, { lineageModule }: InitAnswers): string[] {
  const { ending, because, needsFlag } = importEnding(dirname(join(dir, lineageModule)));
  return [
    ...(because ? [`imports in ${lineageModule} end in .${ending}: ${because}`] : []),
    ...(needsFlag
      ? ['set "rewriteRelativeImportExtensions": true in tsconfig.json, so that tsc takes those imports']
      : []),
    ...(readManifest(dir)?.type === 'module'
      ? []
      : ['add "type": "module" to package.json: what is written is ESM']),
  ];
}
