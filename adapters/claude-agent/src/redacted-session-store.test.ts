import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { answer, assistant, key, make, readAll, use, user } from './testing/session-store.ts';

it('redacts before the disk, and gives back what it left', async () => {
  const redact = (_path: unknown, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('hunter2', '***') : value;
  const { open, dir } = make({ redact });
  const store = open();
  await store.append(key, [user('the password is hunter2'), assistant([use('t1', 'Bash', {})])]);
  const [failing] = store.hooks().PostToolUseFailure[0]?.hooks ?? [];
  await failing?.({ hook_event_name: 'PostToolUseFailure', tool_use_id: 't1', error: 'not hunter2' }, 't1');
  await store.append(key, [answer('t1', 'no', true)]);
  expect(JSON.stringify(await store.load(key))).not.toContain('hunter2');
  store.sealAll();
  const [path = ''] = globSync('archives/*/*.db', { cwd: dir });
  expect(readFileSync(join(dir, path)).includes('hunter2')).toBe(false);
  expect(readAll(join(dir, path)).toolCalls).toMatchObject([{ errorMessage: 'not ***' }]);
});

it('leaves out what a hook says that cannot be redacted', async () => {
  const redact = (_path: unknown, value: unknown) => {
    if (typeof value === 'string' && value.includes('hunter2')) throw new Error('cannot be redacted');
    return value;
  };
  const { open, dir } = make({ redact });
  const store = open();
  await store.append(key, [user('hello'), assistant([use('t1', 'Bash', {})])]);
  const [failing] = store.hooks().PostToolUseFailure[0]?.hooks ?? [];
  await failing?.({ hook_event_name: 'PostToolUseFailure', tool_use_id: 't1', error: 'not hunter2' }, 't1');
  await store.append(key, [answer('t1', 'no', true)]);
  store.sealAll();
  const [path = ''] = globSync('archives/*/*.db', { cwd: dir });
  expect(readFileSync(join(dir, path)).includes('hunter2')).toBe(false);
});
