import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folders of every installed package, sorted: wherever pnpm's store has a manifest, also one inside a package, as
 * those that only say `"type": "module"`.
 */
export function findInstalled(root: string): string[] {
  const store = join(root, 'node_modules', '.pnpm');
  const manifests = globSync('*/node_modules/**/package.json', { cwd: store });
  return manifests.map((manifest) => join(store, dirname(manifest))).sort();
}
