import type { JsonValue } from './json-schemas.ts';

/**
 * The values that may be given where JSON of type `T` is wanted: read-only arrays, interfaces, and anything at all where
 * any JSON will do. What is given is checked when it is recorded.
 */
export type JsonInput<T> = [JsonValue] extends [T]
  ? unknown
  : T extends readonly (infer TItem)[]
    ? readonly JsonInput<TItem>[]
    : T extends object
      ? JsonInputObject<T>
      : T;

type JsonInputObject<T extends object> = string extends keyof T
  ? Known<T> | (Known<T> & { readonly [key: string]: unknown })
  : Known<T>;

/** The properties that have a name. */
type Known<T> = object & { readonly [K in keyof T as string extends K ? never : K]: JsonInput<T[K]> };
