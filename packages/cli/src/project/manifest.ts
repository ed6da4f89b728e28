import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { VarveError } from '@varve/schema';
import { z } from 'zod';

const packages = z.record(z.string(), z.unknown()).optional();

const manifestSchema = z.looseObject({
  name: z.string().optional(),
  type: z.string().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  dependencies: packages,
  devDependencies: packages,
  peerDependencies: packages,
  workspaces: z.unknown().optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** The package.json of a folder; undefined when it has none. @throws CONFIG_INVALID for one that npm could not read either */
export function readManifest(dir: string): Manifest | undefined {
  const path = join(dir, 'package.json');
  if (!existsSync(path)) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')));
  } catch (cause) {
    throw new VarveError('CONFIG_INVALID', 'package.json cannot be read', {
      path,
      hint: 'mend it, or restore it from version control; then init again',
      cause,
    });
  }
}

/** The folder and those above it, up to the root of the workspace or repository that it is in. */
export function foldersAbove(dir: string): string[] {
  const folders = [dir];
  for (let at = dir; !isRoot(at) && dirname(at) !== at; at = dirname(at)) folders.push(dirname(at));
  return folders.some(isRoot) ? folders : [dir];
}

function isRoot(dir: string): boolean {
  return existsSync(join(dir, '.git')) || isWorkspaceRoot(dir);
}

/** True for the folder that holds the packages of a workspace of npm, yarn, bun or pnpm. */
export function isWorkspaceRoot(dir: string): boolean {
  if (existsSync(join(dir, 'pnpm-workspace.yaml'))) return true;
  const path = join(dir, 'package.json');
  return existsSync(path) && /"workspaces"\s*:/.test(readFileSync(path, 'utf8'));
}
