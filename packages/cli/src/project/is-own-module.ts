import { existsSync, readFileSync } from 'node:fs';
import { isLineageModule } from '@varve/migrations/internal';

/** Whether a path is free for a lineage module, or has the one that `varve generate` wrote there. */
export function isOwnModule(path: string): boolean {
  return !existsSync(path) || isLineageModule(readFileSync(path, 'utf8'));
}
