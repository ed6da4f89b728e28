import { defineConfig } from 'varve';

export default defineConfig({
  name: 'refund-desk',
  schema: './src/schema.ts',
  migrations: './drizzle',
  lineageModule: './src/lineage.ts',
});
