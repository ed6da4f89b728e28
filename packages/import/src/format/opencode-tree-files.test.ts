import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import { expect, it } from 'vitest';
import { messageFilesIn } from './opencode-tree-files.ts';

/** A tree in whose message folder, beside it and above it there are messages. */
function makeTree(): string {
  const storage = join(makeTestFolder(), 'storage');
  for (const folder of ['message/ses_1', 'message', 'message/.hidden', 'secret', 'session/p']) {
    mkdirSync(join(storage, folder), { recursive: true });
    writeFileSync(join(storage, folder, 'msg_1.json'), '{}');
  }
  return join(storage, 'session', 'p', 'ses_1.json');
}

it('lists the messages of a session in its tree', () => {
  const path = makeTree();
  expect([...messageFilesIn(path, 'ses_1')].map(({ id }) => id)).toEqual(['msg_1']);
});

it.each(['../secret', 'ses_1/../../secret', '.', '..', '.hidden', ''])(
  'follows no session out of its tree that a log calls %j',
  (session) => {
    expect([...messageFilesIn(makeTree(), session)]).toEqual([]);
  },
);
