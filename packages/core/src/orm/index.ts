export type { Db, DbSchema, ModuleRelations } from './db-types.ts';
export { moduleRelations, type RelatedTable } from './module-relations.ts';
export { openDb, openDb1 } from './open-db.ts';
