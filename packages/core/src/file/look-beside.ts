import { type BigIntStats, lstatSync, type Stats } from 'node:fs';
import { VarveError } from '@varve/schema/errors';
import { onFile } from './file-error.ts';
import { leftoverSuffixes, lockSuffix, unlessTooLong } from './sidecars.ts';

/** What SQLite, and varve's lock, lay beside a database. */
const sidecarSuffixes = [...leftoverSuffixes, '-shm', lockSuffix] as const;

type SidecarSuffix = (typeof sidecarSuffixes)[number];

/** Undefined for a name that is free, or so long that nothing can have it. Links are not followed. */
export function lstatOf(path: string): Stats | undefined {
  return unlessTooLong(() => lstatSync(path, { throwIfNoEntry: false }));
}

/** What lies beside a file, by the endings of its names. */
export type Beside = Readonly<Partial<Record<SidecarSuffix, BigIntStats>>>;

/**
 * What lies beside a file under the names that SQLite opens with it.
 *
 * @throws FILE_UNREADABLE when one of them is no regular file: a pipe or a device may keep whoever opens it waiting for
 * ever, and a link leads elsewhere
 */
export function lookBeside(path: string): Beside {
  const beside: Partial<Record<SidecarSuffix, BigIntStats>> = {};
  for (const suffix of sidecarSuffixes) {
    const stat = onFile(path, () => lookAt(path + suffix));
    if (!stat) continue;
    if (!stat.isFile()) throw besideError(path, suffix);
    beside[suffix] = stat;
  }
  return beside;
}

function lookAt(path: string): BigIntStats | undefined {
  return unlessTooLong(() => lstatSync(path, { bigint: true, throwIfNoEntry: false }));
}

function besideError(path: string, suffix: SidecarSuffix): VarveError {
  return new VarveError(
    'FILE_UNREADABLE',
    `what lies beside it under the name of its ${suffix.slice(1)} is no regular file`,
    {
      path,
      hint: `look at ${path}${suffix}: SQLite would open it; remove it if it is not yours`,
      details: { beside: path + suffix },
    },
  );
}
