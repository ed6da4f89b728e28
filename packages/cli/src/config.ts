import type { Lineage, SqlFunction } from '@varve/migrations';

/** What `varve.config.ts` exports as its default: a lineage, or the folder to read one from. */
export type VarveConfig =
  | { readonly lineage: Lineage }
  | {
      /** drizzle-kit's "out" folder, relative to the configuration file. */
      readonly migrations: string;
      /** The lineage's name; the folder's name unless given. */
      readonly name?: string;
      /** SQL functions that migrations call, by name. */
      readonly functions?: Readonly<Record<string, SqlFunction>>;
    };

/** Types the default export of `varve.config.ts`; returns what it is given. */
export function defineConfig(config: VarveConfig): VarveConfig {
  return config;
}
