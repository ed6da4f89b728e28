import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { testGoldenArchives } from '@varve/testing';
import { expect, it } from 'vitest';
import { lineage } from './index.ts';
import { renderLineage } from './render-lineage.ts';

testGoldenArchives(fileURLToPath(new URL('../golden', import.meta.url)), { lineage });

it('has a lineage module that is up to date with the migrations', () => {
  expect(readFileSync(new URL('./lineage.ts', import.meta.url), 'utf8')).toBe(renderLineage());
});
