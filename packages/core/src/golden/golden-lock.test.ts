import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findGoldenChanges, lockGolden } from './golden-lock.ts';

it('names golden archives that were changed, removed, or put there by other hands', () => {
  const dir = mkdtempSync(join(tmpdir(), 'varve-golden-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const names = ['a.db', 'b.db'];
  for (const name of names) {
    writeFileSync(join(dir, name), name);
    lockGolden(join(dir, name));
  }
  expect(findGoldenChanges(dir, names)).toEqual([]);
  appendFileSync(join(dir, 'a.db'), 'more');
  rmSync(join(dir, 'b.db'));
  writeFileSync(join(dir, 'c.db'), '');
  expect(findGoldenChanges(dir, ['a.db', 'c.db'])).toEqual([
    'b.db is gone',
    'a.db was changed since it was frozen',
    'c.db is not in golden.lock',
  ]);
});
