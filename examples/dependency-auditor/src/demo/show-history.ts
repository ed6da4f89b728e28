import type { Migration } from '@varve/migrations';
import { deployments } from '../deployments.ts';
import { lineage } from '../lineage.ts';
import type { Screen } from './screen.ts';

export function showHistory(screen: Screen): void {
  screen.heading('Its schema has a history');
  const rows = lineage.migrations.map((migration, at) => {
    const version = at + 1;
    const deployed = deployments.find((it) => it.version === version);
    const name = migration.name.replace(/^\d+_/, '');
    return [version, name, describeMigration(migration), deployed ? `era ${deployed.era}` : ''];
  });
  screen.table(['version', 'migration, by drizzle-kit', 'what it does', 'recorded by'], rows);
}

/** What a migration does, read off its SQL. */
export function describeMigration({ sql }: Migration): string {
  const names = (pattern: RegExp) => [...sql.matchAll(pattern)].map(([, name = '']) => name);
  const say = (verb: string, things: readonly string[], noun: string) =>
    things.length > 2 ? [`${verb} ${things.length} ${noun}`] : things.map((thing) => `${verb} ${thing}`);
  const rebuilt = names(/CREATE TABLE `__new_(\w+)`/g);
  const indexed = names(/CREATE INDEX `\w+` ON `(\w+)`/g).filter((table) => !rebuilt.includes(table));
  return [
    ...say('makes', names(/CREATE TABLE `(?!__new_)(\w+)`/g), 'tables'),
    ...say('rebuilds', rebuilt, 'tables'),
    ...say('adds', names(/ADD `(\w+)`/g), 'columns'),
    ...say('renames', names(/RENAME COLUMN "(\w+" TO "\w+)"/g), 'columns').map((it) =>
      it.replace('" TO "', ' to '),
    ),
    ...say('drops', names(/DROP COLUMN `(\w+)`/g), 'columns'),
    ...say('fills', names(/^INSERT INTO (\w+)/gm), 'tables'),
    ...say('rewrites', [...new Set(names(/^UPDATE (\w+)/gm))], 'tables'),
    ...say('checks', names(/CHECK\("\w+"\."(\w+)"/g), 'columns'),
    ...say('indexes', [...new Set(indexed)], 'tables'),
  ].join(', ');
}
