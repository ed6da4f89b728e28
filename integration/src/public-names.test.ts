import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { workspaceRoot } from './testing/packed-project.ts';

/** A line for each name that the main door of a package exports: `@varve/core openArchive`. */
function readPublicNames(): string {
  const doors = globSync('{packages,adapters}/*/src/index.ts', { cwd: workspaceRoot }).sort();
  const lines = doors.flatMap((door) => {
    const manifest = readFileSync(join(workspaceRoot, dirname(door), '../package.json'), 'utf8');
    const { name } = JSON.parse(manifest) as { name: string };
    return namesOf(door).map((exported) => `${name} ${exported}`);
  });
  return `${lines.sort().join('\n')}\n`;
}

function namesOf(door: string): string[] {
  const text = readFileSync(join(workspaceRoot, door), 'utf8');
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list.split(','),
  );
  const names = listed.map(
    (item) =>
      item
        .replace(/^\s*type /, '')
        .trim()
        .split(' as ')
        .at(-1) ?? '',
  );
  const spread = [...text.matchAll(/^export \* from '(\.[^']+)'/gm)];
  const named = [...text.matchAll(/^export \* as (\w+)/gm)].map(([, name = '']) => name);
  const declared = [...text.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm)];
  return [
    ...names.filter(Boolean),
    ...named,
    ...declared.map(([, name = '']) => name),
    ...spread.flatMap(([, path = '']) => namesOf(join(dirname(door), path))),
  ];
}

it('the packages export just these names: what is added or taken away is said in a changeset', async () => {
  await expect(readPublicNames()).toMatchFileSnapshot('./public-names.txt');
});
