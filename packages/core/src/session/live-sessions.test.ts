import { expect, it } from 'vitest';
import { history as lineage } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { LiveSessions } from './live-sessions.ts';

it.each([
  ['never waits for the disk where a framework tells of events', {}, 1],
  ['waits for the disk where it is told to', { durability: 'power' } as const, 2],
])('%s', (_, options, synchronous) => {
  const live = new LiveSessions({ dir: makeTempDir(), lineage, ...options });
  const session = live.open('a', () => ({ agentName: 'x' }));
  expect(session?.sqlite.pragma('synchronous', { simple: true })).toBe(synchronous);
  live.endAll();
});
