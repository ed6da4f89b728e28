import type { AnyTable, Many, One } from 'drizzle-orm';
import type { IsDrizzle1 } from './drizzle-major.ts';
import type { linkedTables } from './linked-tables.ts';
import type { standardLinks } from './standard-links.ts';

type Tables = typeof linkedTables;
export type TableKey = keyof Tables;
type NameOf<TKey> = TKey extends TableKey ? Tables[TKey]['_']['name'] : never;

/** As `Relations` of Drizzle 0.45, which 1.0 has no more. */
interface RelationsOf<TName extends string, TConfig> {
  readonly table: AnyTable<{ name: TName }>;
  readonly config: (helpers: unknown) => TConfig;
  readonly $brand: 'Relations';
}

type OldConfig<TLinks> = {
  [K in keyof TLinks]: TLinks[K] extends { one: infer TKey; always: infer TAlways extends boolean }
    ? One<NameOf<TKey>, TAlways>
    : TLinks[K] extends { many: infer TKey }
      ? Many<NameOf<TKey>>
      : never;
};

/** Relations for Drizzle 0.45; undefined under 1.0. */
export type TableRelations<TKey extends TableKey> = IsDrizzle1 extends true
  ? undefined
  : RelationsOf<NameOf<TKey>, OldConfig<(typeof standardLinks)[TKey]>>;

type Optional<TAlways> = TAlways extends true ? false : true;

type NewConfig<TLinks> = {
  [K in keyof TLinks]: TLinks[K] extends { one: infer TKey extends string; always: infer TAlways }
    ? One<TKey, Optional<TAlways>>
    : TLinks[K] extends { many: infer TKey extends string }
      ? Many<TKey>
      : never;
};

/** Relations for Drizzle 1.0; undefined under 0.45. */
export type StandardRelations = IsDrizzle1 extends true
  ? {
      [K in TableKey]: {
        readonly table: Tables[K];
        readonly name: K;
        readonly relations: NewConfig<(typeof standardLinks)[K]>;
      };
    }
  : undefined;
