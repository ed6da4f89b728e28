import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readLineage, standardLineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { lineage } from './lineage.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const readme = readFileSync(pathOf('README.md'), 'utf8');
const blockOf = (language: string) =>
  new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme)?.[1] ?? '';

it("prints what the README says, by the README's command", () => {
  const [script] = /demo$/m.exec(blockOf('sh').trim()) ?? [];
  const { scripts } = JSON.parse(readFileSync(pathOf('package.json'), 'utf8'));
  const [program, ...args] = scripts[script ?? ''].replace(/^node/, process.execPath).split(' ');
  const env = {
    ...process.env,
    NODE_OPTIONS: '--conditions=@varve/source --disable-warning=ExperimentalWarning',
  };
  const printed = execFileSync(program, args, { cwd: pathOf('.'), env, encoding: 'utf8' });
  expect(printed).toBe(blockOf('text'));
});

it('begins with the migrations of the standard tables', () => {
  expect(lineage.migrations.slice(0, -1).map(({ sql }) => sql)).toEqual(
    standardLineage.migrations.map(({ sql }) => sql),
  );
  expect(lineage.migrations).toEqual(readLineage(pathOf('drizzle')).migrations);
});
