import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('writes the tables of a view, and the second time says that nothing is new', async () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('old.db', 1, 'search');
  addArchive('new.db', 3, 'read, "all"');
  await runVarve(dir, 'unify', 'archives', '--into', 'u.db');
  const again = ['export', 'u.db', '--into', 'out', '--format', 'csv', '--json'];
  expect(JSON.parse((await runVarve(dir, ...again)).stdout)).toMatchObject({
    written: ['calls.csv'],
    rows: 2,
  });
  expect(readFileSync(join(dir, 'out/calls.csv'), 'utf8').split('\n')).toEqual([
    '_archive,_version,id,tool,duration_ms,status',
    '1,3,1,"read, ""all""",,ok',
    '2,1,1,search,,ok',
    '',
  ]);
  expect(JSON.parse((await runVarve(dir, ...again)).stdout)).toMatchObject({ written: [], rows: 0 });
});
