import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { lineage } from '../testing/fixture-lineage.ts';

const script = new URL('./upgrade-worker.ts', import.meta.url);

/** Says each module of Drizzle's and zod's that the process looks for, before it is loaded. */
const watch = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(name, context, next) {
      if (/^(drizzle-|zod)/.test(name)) process.send({ heavy: name, wantedBy: context.parentURL });
      return next(name, context);
    },
  });`;

it('upgrades without loading an ORM or zod, which takes longer than a hundred files', async () => {
  const path = writeArchive(join(makeFolder(), 'a.db'), 1);
  const worker = fork(script, {
    serialization: 'advanced',
    execArgv: ['--conditions=@varve/source', '--import', `data:text/javascript,${encodeURIComponent(watch)}`],
  });
  const said: unknown[] = [];
  worker.on('message', (message) => {
    said.push(message);
    if (typeof message === 'object' && 'id' in message) worker.disconnect();
  });
  worker.send({ setup: { lineage: { ...lineage, tables: {} } } });
  worker.send({ id: 1, task: { path, relativePath: 'a.db', sizeBytes: 1 } });
  await once(worker, 'exit');
  expect(said).toMatchObject([{ id: 1, result: { result: { from: 1 } } }]);
});
