import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The same wherever the same sources lie: what is red in one place is red in another, and each change meets others. */
export function seedOfSources(root: string): number {
  const hash = createHash('sha256');
  const paths = globSync('{packages,adapters}/*/src/**/*.ts', { cwd: root });
  for (const path of paths.sort()) hash.update(path).update(readFileSync(join(root, path)));
  return hash.digest().readInt32LE();
}
