import { fileURLToPath } from 'node:url';
import { readLineage } from '@varve/migrations';
import { testGoldenArchives } from '@varve/testing';
import { expect, it } from 'vitest';
import { threadLineage as lineage } from './index.ts';

testGoldenArchives(fileURLToPath(new URL('../../golden', import.meta.url)), { lineage });

it('has a lineage module that is up to date with the migrations', () => {
  const { migrations } = readLineage(fileURLToPath(new URL('../../drizzle', import.meta.url)));
  expect(lineage.migrations).toEqual(migrations);
});
