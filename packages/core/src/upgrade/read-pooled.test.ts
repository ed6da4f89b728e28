import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTempDir } from '../testing/temp-dir.ts';
import { isLatestRead, readPooled } from './read-pooled.ts';

it('says of bytes that were read that they are gone once another file is read, even in vain', () => {
  const dir = makeTempDir();
  const [one, other] = ['one', 'other'].map((name) => {
    const path = join(dir, name);
    writeFileSync(path, name);
    return path;
  });
  const bytes = readPooled(one ?? '');
  expect([bytes.toString(), isLatestRead(bytes)]).toEqual(['one', true]);
  const later = readPooled(other ?? '');
  expect([isLatestRead(bytes), later.toString(), isLatestRead(later)]).toEqual([false, 'other', true]);
  expect(() => readPooled(join(dir, 'nowhere'))).toThrow('ENOENT');
  expect(isLatestRead(later)).toBe(false);
});
