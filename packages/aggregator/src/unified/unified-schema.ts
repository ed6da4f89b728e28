import type { ModuleRelations } from '@varve/core/internal';
import type { TableModule } from '@varve/migrations';
import type { IsDrizzle1 } from '@varve/schema/internal';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { UnifiedTable, UnifiedTables } from './unified-tables.ts';

/** The unified tables, and the lineage's relations, each within one archive: what Drizzle 0.45 takes. */
export type UnifiedSchema<TTables extends TableModule> = UnifiedTables<TTables> & {
  readonly [K in keyof TTables as TTables[K] extends { readonly $brand: 'Relations' }
    ? K
    : never]: TTables[K];
};

/** The same for Drizzle 1.0. */
type UnifiedRelations<TTables extends TableModule> = {
  [K in keyof TTables as TTables[K] extends SQLiteTable ? K : never]: {
    table: TTables[K] extends SQLiteTable ? UnifiedTable<TTables[K]> : never;
    name: K & string;
    relations: K extends keyof ModuleRelations<TTables> ? ModuleRelations<TTables>[K]['relations'] : never;
  };
};

/** What `unified.db` is typed with. */
export type UnifiedDbSchema<TTables extends TableModule> = IsDrizzle1 extends true
  ? UnifiedRelations<TTables>
  : UnifiedSchema<TTables>;
