import { defineConfig } from 'vitest/config';

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
