import { expect, it } from 'vitest';
import { lineageAt } from '../lineage/lineage.ts';
import { replayMigrations } from '../replay/replay.ts';
import { lineageOf, openMemory } from '../testing/test-lineage.ts';
import { applicationId, versionFromHint } from './version-hint.ts';

const lineage = lineageOf(['CREATE TABLE a (x);', 'ALTER TABLE a ADD y;']);

function headerOf(sql: string, version = 2) {
  const sqlite = openMemory(sql);
  replayMigrations(sqlite, lineageAt(lineage, version));
  const read = (name: string) => sqlite.pragma(name, { simple: true }) as number;
  return { applicationId: read('application_id'), userVersion: read('user_version') };
}

it('tells the version of a file this lineage wrote', () => {
  expect(headerOf('', 1).applicationId).toBe(applicationId);
  expect([1, 2].map((version) => versionFromHint(headerOf('', version), lineage))).toEqual([1, 2]);
});

it('says nothing about a file of another lineage, or one newer than this', () => {
  expect(
    versionFromHint(headerOf(''), lineageOf(['CREATE TABLE a (x);', 'ALTER TABLE a ADD z;'])),
  ).toBeUndefined();
  expect(versionFromHint(headerOf(''), lineageAt(lineage, 1))).toBeUndefined();
  expect(versionFromHint({ applicationId: 0, userVersion: 2 }, lineage)).toBeUndefined();
});

it('leaves a user_version alone that an application keeps for itself', () => {
  expect(headerOf('PRAGMA user_version = 42')).toEqual({ applicationId: 0, userVersion: 42 });
});
