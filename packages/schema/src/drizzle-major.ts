import * as orm from 'drizzle-orm';

/** Whether the Drizzle that is installed is 1.0 or later: for types. */
export type IsDrizzle1 = typeof import('drizzle-orm') extends { defineRelations: unknown } ? true : false;

/** Whether the Drizzle that is installed is 1.0 or later, whose relations are of another kind. */
export const isDrizzle1 = 'defineRelations' in orm;

/** What one of the majors exports and the other does not; undefined where it does not. */
export function drizzleExport(name: string): unknown {
  return Reflect.get(orm, name);
}
