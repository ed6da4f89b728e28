import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

it('each changeset names packages of this workspace: with another name nothing could be released', () => {
  const manifests = globSync('{packages,adapters}/*/package.json', { cwd: root });
  const names = new Set(manifests.map((path) => JSON.parse(textOf(path)).name));
  const changesets = globSync('.changeset/*.md', { cwd: root }).filter((path) => !path.endsWith('README.md'));
  const unknown = changesets.flatMap((path) => {
    const [, head = ''] = textOf(path).split(/^---$/m);
    const named = [...head.matchAll(/^(['"]?)(.+?)\1: (?:patch|minor|major)$/gm)].map(([, , name]) => name);
    return named.length === 0 || named.some((name) => !names.has(name)) ? [path] : [];
  });
  expect(unknown).toEqual([]);
});
