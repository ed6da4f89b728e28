import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createProgram } from './program/create-program.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const program = await createProgram(() => true);
const verbs = program.commands.map((command) => command.name());

it('lists every verb at the top of its page', () => {
  const [, overview = ''] = read('docs/command-line.md').split('```');
  expect(overview.match(/(?<=^varve )[a-z]+/gm)).toEqual(verbs);
});

it('has a chapter on every verb, and on no other, that names its options', () => {
  const page = read('docs/command-line.md');
  const chapters = page.split(/^## /m).map((chapter) => chapter.split('\n')[0] ?? '');
  const documented = chapters.flatMap((title) => /^varve (\w+)$/.exec(title)?.[1] ?? []);
  expect(documented).toEqual(verbs);
  for (const command of program.commands) {
    for (const { long } of command.options) expect(page, `${command.name()} ${long}`).toContain(`\`${long}`);
  }
});
