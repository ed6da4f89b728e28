import type { LedgerSettings, Lineage, SqlFunction } from '@varve/migrations';

interface Places {
  /** Where the archives are: files, folders, globs; for verbs that are given none. */
  readonly archives?: string | readonly string[];
  /** Where live sessions are. `varve squash` and `varve ungenerate` count them as well. */
  readonly live?: string | readonly string[];
  /** Where originals are that an upgrade kept. They are counted with the live sessions. */
  readonly backups?: string | readonly string[];
}

/** What `varve.config.ts` exports as its default: a lineage, or the folder to read one from. */
export type VarveConfig =
  | (Places & { readonly lineage: Lineage })
  | (Places & {
      /** drizzle-kit's "out" folder, relative to the configuration file. */
      readonly migrations: string;
      /** The lineage's name; the folder's name unless given. */
      readonly name?: string;
      /** SQL functions that migrations call, by name; or the module that exports them, and nothing else. */
      readonly functions?: string | Readonly<Record<string, SqlFunction>>;
      /** Where applied migrations are written, unless it is Drizzle's own table: `{ table, name }`. */
      readonly ledger?: LedgerSettings;
      /** `off` for a team whose driver has foreign keys off, as Bun's: what a DELETE in a migration does to children. */
      readonly foreignKeys?: 'on' | 'off';
      /** The modules that export today's tables: files or globs, as drizzle-kit takes them. */
      readonly schema?: string | readonly string[];
      /** The module that `varve generate` writes: the migrations inline and today's tables. */
      readonly lineageModule?: string;
    });

/**
 * Types the default export of `varve.config.ts`; returns what it is given.
 *
 * @example
 * ```ts
 * import { defineConfig } from 'varve';
 *
 * export default defineConfig({ schema: './src/schema.ts', migrations: './drizzle' });
 * ```
 */
export function defineConfig(config: VarveConfig): VarveConfig {
  return config;
}
