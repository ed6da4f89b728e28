/** What `varve generate` works by here. */
export default {
  name: 'langgraph-threads',
  schema: './src/thread/thread-tables.ts',
  migrations: './drizzle',
  lineageModule: './src/thread/thread-lineage.ts',
};
