import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { seedOfSources } from './integration/src/testing/seed-of-sources.ts';

// Processes that tests start, from source most of them, need not compile the same files again: half of their start.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

const { VARVE_DEEP, VARVE_SEED } = process.env;
const seed = VARVE_DEEP ? undefined : seedOfSources(import.meta.dirname);

const conditions = ['@varve/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['{packages,adapters,integration,bench,examples}/**/*.test.ts'],
    setupFiles: [join(import.meta.dirname, 'integration/src/testing/seed-properties.ts')],
    provide: { seed: VARVE_SEED ? Number(VARVE_SEED) : seed },
    exclude: ['**/node_modules/**', '**/dist/**'],
    execArgv: ['--conditions=@varve/source'],
    pool: 'forks',
    // Drizzle alone takes most of a second to load: a process loads everything once, for all its test files.
    isolate: false,
    // Against what hangs, not what is slow: another program may have the machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 120_000 } },
    // Both cores: left to itself it would keep one for the process that only waits.
    maxWorkers: '100%',
  },
});
