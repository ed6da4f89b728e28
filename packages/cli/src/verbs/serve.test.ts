import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { makeWorkplace } from '../testing/make-workplace.ts';
import { runVarve, startVarve } from '../testing/run-varve.ts';

it('prints an address that shows the archives, until it is interrupted', async () => {
  const { dir, addArchive } = makeWorkplace();
  addArchive('old.db', 1, 'search', 'read');
  const varve = startVarve(dir, 'serve', 'archives');
  const [line] = await once(createInterface({ input: varve.stdout }), 'line');
  const { origin, search } = new URL(String(line));
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const answer = await fetch(`${origin}/api/sessions${search}`);
  expect(await answer.json()).toMatchObject({ total: 1, rows: [{ version: 1 }] });
  varve.kill('SIGINT');
  expect(await once(varve, 'exit')).toEqual([0, null]);
});

it('needs a port that is one, and archives or a unified view', async () => {
  const { dir } = makeWorkplace();
  expect((await runVarve(dir, 'serve', 'archives', '--port', 'x')).stderr).toMatch(
    /^error\[USAGE\]: option '--port <number>' argument 'x'/,
  );
  expect((await runVarve(dir, 'serve')).stderr).toMatch(/^error\[USAGE\]: no archives are named/);
});
