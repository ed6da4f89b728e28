import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface StaticFile {
  readonly bytes: Buffer;
  readonly type: string;
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The files of the built client, by the path they are asked for. Read once: a path of a request opens no file. */
export function readStaticFiles(dir: string): ReadonlyMap<string, StaticFile> {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = names.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const type = types[entry.name.split('.').at(-1) ?? ''];
    const url = path.slice(dir.length).replaceAll('\\', '/');
    return type ? [[url, { bytes: readFileSync(path), type }] as const] : [];
  });
  return new Map(files);
}
