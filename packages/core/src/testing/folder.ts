import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from '../file/hash-file.ts';

/** Every file of a folder with its bytes' hash, its modification time and its mode: what "untouched" means. */
export function describeFolder(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => lstatSync(join(dir, name)).isFile());
  return Object.fromEntries(
    files.map((name) => {
      const { mtimeNs, mode } = lstatSync(join(dir, name), { bigint: true });
      return [name, `${hashFile(join(dir, name))} ${mtimeNs} ${mode.toString(8)}`];
    }),
  );
}
