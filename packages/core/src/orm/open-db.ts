import type { TableModule } from '@varve/migrations';
import { isDrizzle1 } from '@varve/schema/internal';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { Database } from '../file/index.ts';
import type { Db } from './db-types.ts';
import { moduleRelations } from './module-relations.ts';

/** Drizzle over a connection, of the major that is installed. */
export function openDb<TTables extends TableModule>(sqlite: Database, tables: TTables): Db<TTables> {
  return isDrizzle1 ? openDb1(sqlite, moduleRelations(tables)) : drizzle(sqlite, { schema: tables });
}

/** Drizzle 1.0 takes relations and no schema. */
export function openDb1<TDb>(sqlite: Database, relations: object): TDb {
  return (drizzle as unknown as (options: object) => TDb)({ client: sqlite, relations });
}
