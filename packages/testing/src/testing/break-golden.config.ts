import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import workspace from '../../../../vitest.config.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

/** What runs `break-golden.ts`, which must fail, and which no other run finds. */
export default defineConfig({
  ...workspace,
  root,
  test: { ...workspace.test, include: ['break-golden.ts'] },
});
