import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeySet } from './key-set.ts';

function uuid(n: number): string {
  const hex = createHash('md5').update(String(n)).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

describe('a set of keys', () => {
  it.each([10, 100_000])('knows each of %i UUIDs and none else, also once it is saved', (count) => {
    const keys = new KeySet();
    for (let n = 0; n < count; n++) if (!keys.add(uuid(n))) expect.fail(uuid(n));
    for (const set of [keys, KeySet.restore(keys.save())]) {
      expect(set.size).toBe(count);
      for (let n = 0; n < count; n++) {
        if (!set.has(uuid(n)) || set.has(uuid(count + n)) || set.add(uuid(n))) expect.fail(uuid(n));
      }
    }
  });

  it('tells UUIDs apart that differ in one digit, and other texts from them', () => {
    const keys = new KeySet();
    // In each of the four words that a UUID is held in.
    const near = [0, 9, 19, 32].flatMap((place) =>
      Array.from(
        { length: 2000 },
        (_, n) => uuid(0).slice(0, place) + n.toString(16).padStart(4, '0') + uuid(0).slice(place + 4),
      ),
    );
    const others = ['', uuid(1), uuid(1).toUpperCase(), `ffffffff${uuid(1).slice(8)}`, 'record 1'];
    for (const key of [...near, ...others]) expect(keys.add(key)).toBe(true);
    for (const key of [...near, ...others]) expect(keys.add(key)).toBe(false);
    expect(KeySet.restore(keys.save()).size).toBe(near.length + others.length);
  });
});
