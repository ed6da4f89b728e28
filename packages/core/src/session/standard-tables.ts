import type { standardTables } from '@varve/schema';

/** What a lineage has that has these of the standard tables: it may have others, of its own too. */
export type StandardTables<TName extends keyof typeof standardTables> = Pick<typeof standardTables, TName>;
