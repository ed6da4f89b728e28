import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openArchive } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { spawnVarve } from '../testing/run-varve.ts';

const standardFixture = fileURLToPath(new URL('../testing/standard-fixture.ts', import.meta.url));

function makeFixture(content = `export { default } from '${standardFixture}';\n`) {
  const { dir, addFile } = makeWorkplace();
  return { dir, fixture: addFile('fixture.ts', content) };
}

it('writes the golden archive of the current version beside the fixture, once', () => {
  const { dir } = makeFixture();
  const name = `${lineage.migrations.at(-1)?.name}.db`;
  expect(spawnVarve(dir, 'freeze', 'fixture.ts')).toEqual({
    exitCode: 0,
    stdout: `${name}: frozen; commit it, and never write it again\n`,
    stderr: '',
  });
  using archive = openArchive(join(dir, name), { lineage });
  expect(archive.db.query.decisions.findMany().sync()).toMatchObject([{ summary: 'freeze' }]);
  const again = spawnVarve(dir, 'freeze', 'fixture.ts');
  expect(again).toMatchObject({ exitCode: 1, stdout: '' });
  expect(again.stderr).toMatch(/^error\[ARCHIVE_EXISTS\]: .*\nhint: leave the golden archive as it is/);
});

it('looks for golden/fixture.ts unless told another, and exits with 2 when there is none', () => {
  const { exitCode, stderr } = spawnVarve(makeFixture().dir, 'freeze');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error\[CONFIG_NOT_FOUND\]: .*golden\/fixture\.ts: /);
});

it.each([
  ['exports something else', 'export default { lineage: 1 };', /default export is not/],
  ['cannot be loaded', "import './missing.ts';", /it cannot be loaded: .*missing\.ts/],
])('exits with 2 and writes nothing when the fixture %s', (_, content, reason) => {
  const { dir } = makeFixture(content);
  const before = readdirSync(dir);
  const { exitCode, stderr } = spawnVarve(dir, 'freeze', 'fixture.ts');
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error\[CONFIG_INVALID\]: /);
  expect(stderr).toMatch(reason);
  expect(readdirSync(dir)).toEqual(before);
});
