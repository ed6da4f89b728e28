export { lineage } from './lineage.ts';
export * from './schema.ts';
