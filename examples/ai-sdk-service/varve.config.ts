import { defineConfig } from 'varve';

export default defineConfig({
  name: 'support-service',
  schema: './src/schema.ts',
  migrations: './drizzle',
  lineageModule: './src/lineage.ts',
});
