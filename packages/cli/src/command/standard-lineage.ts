import { type Lineage, standardLineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import type { CommandContext } from './command-context.ts';

/** Without a configuration, archives are those of the standard tables, as an import makes them. */
export async function standardUnlessConfigured(context: CommandContext): Promise<Lineage> {
  try {
    return await context.loadLineage();
  } catch (error) {
    if (error instanceof VarveError && error.code === 'CONFIG_NOT_FOUND') return standardLineage;
    throw error;
  }
}
