import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { testGoldenArchives } from '@varve/testing';
import { expect, it } from 'vitest';
import { deployments } from '../src/deployments.ts';
import { lineage } from '../src/lineage.ts';

const dir = fileURLToPath(new URL('.', import.meta.url));

testGoldenArchives(dir, { lineage });

it('has an archive of every deployment, and of those that are gone', () => {
  const wanted = deployments.map(({ version }) => `${lineage.migrations[version - 1]?.name}.db`);
  expect(readdirSync(dir).filter((name) => name.endsWith('.db'))).toEqual(expect.arrayContaining(wanted));
});
