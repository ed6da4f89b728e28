import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { documentedPackages, renderApiDocs } from './render-api-docs.ts';

it('documents every package from its docstrings', async () => {
  const dir = makeTestFolder();
  await renderApiDocs(dir);
  const pages = documentedPackages.map((name) =>
    globSync(`${name}/**/*.md`, { cwd: dir })
      .map((path) => readFileSync(join(dir, path), 'utf8'))
      .join('\n'),
  );
  expect(pages.filter((page) => page.length < 500)).toEqual([]);
  const core = pages[documentedPackages.indexOf('core')];
  expect(core).toContain('createSession');
  expect(core).toContain('Nothing is left then.');
});
