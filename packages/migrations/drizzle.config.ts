import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'sqlite',
  schema: '../schema/src/standard-tables.ts',
  out: './drizzle',
});
