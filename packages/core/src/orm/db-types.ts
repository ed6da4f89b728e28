import type { TableModule } from '@varve/migrations';
import type { IsDrizzle1 } from '@varve/schema/internal';
import type { Relation, Table, View } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';

/** What `defineRelations` of Drizzle 1.0 makes. */
export type DefinedRelations = Readonly<
  Record<
    string,
    {
      readonly table: Table | View;
      readonly name: string;
      readonly relations: Readonly<Record<string, Relation>>;
    }
  >
>;

/** Of what a schema module exports, all that `defineRelations` made. */
type Exported<TTables> = {
  [K in keyof TTables]: TTables[K] extends DefinedRelations ? TTables[K] : never;
}[keyof TTables];

type UnionToIntersection<T> = (T extends unknown ? (value: T) => void : never) extends (
  value: infer TAll,
) => void
  ? TAll
  : never;

type RelationsAt<TExported, TKey> = TExported extends DefinedRelations
  ? TKey extends keyof TExported
    ? TExported[TKey]['relations']
    : never
  : never;

type JoinedAt<TExported, TKey> = [RelationsAt<TExported, TKey>] extends [never]
  ? Record<never, never>
  : UnionToIntersection<RelationsAt<TExported, TKey>>;

type Assume<T, TWanted> = T extends TWanted ? T : TWanted;

/** The tables and views of a schema module, each with all relations that the module exports for it. */
export type ModuleRelations<TTables> = {
  [K in keyof TTables as TTables[K] extends Table | View ? K : never]: {
    table: Assume<TTables[K], Table | View>;
    name: K & string;
    relations: Assume<JoinedAt<Exported<TTables>, K>, Record<string, Relation>>;
  };
};

/** What Drizzle's own database type takes, in the major that is installed. */
export type DbSchema<TTables extends TableModule> = IsDrizzle1 extends true
  ? ModuleRelations<TTables>
  : TTables;

/** Drizzle over a file, typed with the tables of a schema module, and with the relations that it exports. */
export type Db<TTables extends TableModule> = BetterSQLite3Database<DbSchema<TTables>>;
