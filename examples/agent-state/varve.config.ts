import { defineConfig } from 'varve';

export default defineConfig({
  name: 'agent-state',
  schema: './src/schema.ts',
  migrations: './drizzle',
  lineageModule: './src/lineage.ts',
});
