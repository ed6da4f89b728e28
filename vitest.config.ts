import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Processes that tests start, from source most of them, need not compile the same files again: half of their start.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

const conditions = ['@varve/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['{packages,adapters,integration,bench,examples}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    execArgv: ['--conditions=@varve/source'],
    pool: 'forks',
    // Drizzle alone takes most of a second to load: a process loads everything once, for all its test files.
    isolate: false,
    testTimeout: 60_000,
    // Both cores: left to itself it would keep one for the process that only waits.
    maxWorkers: '100%',
  },
});
