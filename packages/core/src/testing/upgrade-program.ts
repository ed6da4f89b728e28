/** Upgrades the archives of a folder, several in hand, and says the name of each when it is done. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { upgradeArchive } from '../index.ts';
import { history as lineage } from './history.ts';

const [dir = '', backupDir = ''] = process.argv.slice(2);
const names = readdirSync(dir).filter((name) => name.endsWith('.db'));
console.log('begun');
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let name = names.pop(); name; name = names.pop()) {
      await upgradeArchive(join(dir, name), { lineage, backupDir });
      process.stdout.write(`${name}\n`);
    }
  }),
);
