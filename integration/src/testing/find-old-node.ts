import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A Node.js on this machine that is too old for varve; undefined when there is none. */
export function findOldNode(): string | undefined {
  const dirs = (process.env.PATH ?? '').split(delimiter).filter((dir) => !dir.includes('node_modules'));
  return dirs.map((dir) => join(dir, 'node')).find((path) => existsSync(path) && majorVersion(path) < 22);
}

function majorVersion(node: string): number {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8', env: { PATH: process.env.PATH } });
  return Number.parseInt(version.slice(1), 10);
}
