import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { compileVersion, type UpgradeResult } from '@varve/core/upgrading';
import { readSchemas } from '@varve/migrations/internal';
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

interface Told {
  readonly said: readonly unknown[];
  readonly asked: number;
}

/** What a worker says of files of version 1, one after the other, and how often it asks for what they are upgraded by. */
async function upgradeOn(flags: readonly string[], files: number, said: unknown): Promise<Told> {
  const dir = makeFolder();
  const paths = Array.from({ length: files }, (_, at) => writeArchive(join(dir, `${at}.db`), 1));
  const worker = fork(script, {
    serialization: 'advanced',
    execArgv: ['--conditions=@varve/source', ...flags],
  });
  const heard: unknown[] = [];
  let asked = 0;
  worker.on('message', (message: object) => {
    if ('ask' in message) {
      asked++;
      worker.send({ reply: message.ask, said } as never);
      return;
    }
    heard.push(message);
    if (heard.length === files) worker.disconnect();
  });
  const settings = { lineage: { ...lineage, tables: {} } };
  worker.send({ setup: { settings, schemas: readSchemas(lineage) } });
  for (const [id, path] of paths.entries())
    worker.send({ id, task: { path, relativePath: `${id}.db`, sizeBytes: 1 } });
  await once(worker, 'exit');
  return { said: heard, asked };
}

it('upgrades without loading an ORM or zod, which takes longer than a hundred files', async () => {
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(watch)}`];
  const { said } = await upgradeOn(flags, 1, undefined);
  expect(said).toMatchObject([{ id: 0, result: { result: { from: 1 } } }]);
});

it('asks once for what files of a version are upgraded by, and goes by what it is told', async () => {
  const howOf = async (told: unknown) => {
    const { said, asked } = await upgradeOn([], 3, told);
    const hows = said.map((it) => (it as { result: { result: UpgradeResult } }).result.result.how);
    return [asked, ...new Set(hows)];
  };
  const compiled = compileVersion(lineage, 1);
  expect(compiled.patches).toBeDefined();
  expect(await howOf(compiled)).toEqual([1, 'patched']);
  // That there is no patch is not true of this lineage: it does not find out for itself.
  expect(await howOf({ patches: undefined, counts: undefined })).toEqual([1, 'fused']);
  // What the one that gave the task cannot tell, it finds out.
  expect(await howOf(undefined)).toEqual([1, 'patched']);
});
