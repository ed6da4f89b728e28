import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve } from '../testing/run-varve.ts';

it('finds words in a view made with --search, and says how to make it without', async () => {
  const { dir, addArchive } = makeWorkplace();
  const path = addArchive('old.db', 1, 'search the web', 'read');
  await runVarve(dir, 'unify', 'archives', '--into', 'u.db');
  const without = await runVarve(dir, 'search', 'u.db', 'web');
  expect(without.exitCode).toBe(1);
  expect(without.stderr).toMatch(/^error\[SEARCH_UNAVAILABLE\]: .*\nhint: .* --search\n$/);
  await runVarve(dir, 'unify', 'archives', '--into', 'u.db', '--search');
  const found = await runVarve(dir, 'search', join(dir, 'u.db'), 'web');
  expect(found).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: `calls in session unknown, ${path}\n  search the [web]\n`,
  });
});
