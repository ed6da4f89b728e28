import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hashFile } from '../file/index.ts';

/** Beside the golden archives: a line for each, with its SHA-256. */
const goldenLockName = 'golden.lock';

export function lockGolden(path: string): void {
  appendFileSync(join(dirname(path), goldenLockName), `${basename(path)} ${hashFile(path)}\n`);
}

/**
 * What became of the golden archives of a folder since they were frozen: a line for each that was changed, that is gone
 * or that `freezeArchive` did not write. Empty when all are as they were.
 */
export function findGoldenChanges(dir: string, names: readonly string[]): string[] {
  const path = join(dir, goldenLockName);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const frozen = new Map(
    [...text.matchAll(/^(.+) ([0-9a-f]{64})\r?$/gm)].map(([, name = '', hash]) => [name, hash]),
  );
  const gone = [...frozen.keys()].filter((name) => !names.includes(name)).map((name) => `${name} is gone`);
  const changed = names.flatMap((name) => {
    const hash = frozen.get(name);
    if (hash === undefined) return [`${name} is not in ${goldenLockName}`];
    return hash === hashFile(join(dir, name)) ? [] : [`${name} was changed since it was frozen`];
  });
  return [...gone, ...changed];
}
