import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { buildPackage, type Modules, packageEntries, workerScripts } from '../../../scripts/build-package.ts';

/** Stay packages of their own: the one has files beside its code, the other needs the team's vitest. */
const apart = ['page', 'testing'];

/** The packages whose modules the command and a configuration have in common. */
const shared = globSync('../*/package.json')
  .map((path) => dirname(path))
  .filter((dir) => ![...apart, 'cli'].includes(basename(dir)));

const doors = shared.flatMap((dir) =>
  Object.entries(packageEntries(dir)).map(([entry, path]) => [`${basename(dir)}-${entry}`, path]),
);
const workers = shared.flatMap(workerScripts).map((path) => [basename(path, '.ts'), path]);

const modules = await buildPackage(
  { ...packageEntries(), ...Object.fromEntries([...doors, ...workers]), main: './src/main.ts' },
  new RegExp(`^(better-sqlite3|drizzle-orm|@aws-sdk/.*|@varve/(${apart.join('|')}))(/|$)`),
);
writeFileSync('dist/licences.txt', renderLicences(modules));

/** The licences of the packages that went into the bundle, as they ask to be handed on. */
function renderLicences(modules: Modules): string {
  const dirs = modules.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const texts = [...new Set(dirs)].sort().map((dir) => {
    const { name, version, license } = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'));
    const [file] = globSync(`${dir}/{licen[cs]e,LICEN[CS]E}*`);
    const text = file ? readFileSync(file, 'utf8').trim() : 'Its package has no text of the licence.';
    return `${name} ${version}, ${license}\n\n${text}\n`;
  });
  return texts.join('\n\n');
}
