import { expect, it } from 'vitest';
import { assertTablesSound } from './assert-sound.ts';
import { openImage, openMemory } from './open-database.ts';

const names = Array.from({ length: 16 }, (_, at) => `t${at}`);

function makeImage(): Buffer {
  const sqlite = openMemory(
    names.map((name) => `CREATE TABLE ${name} (a); INSERT INTO ${name} VALUES (1);`).join(''),
  );
  const image = sqlite.serialize();
  sqlite.close();
  return image;
}

/** With two pages at its end that nothing uses. */
function grown(image: Buffer): Buffer {
  const bytes = Buffer.concat([image, Buffer.alloc(2 * 4096)]);
  bytes.writeUInt32BE(bytes.length / 4096, 28);
  return bytes;
}

function findingOf(
  image: Buffer,
  tables: readonly string[],
  unused?: ReadonlySet<number>,
): string | undefined {
  const sqlite = openImage(image);
  try {
    assertTablesSound(sqlite, 'x.db', tables, unused);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  } finally {
    sqlite.close();
  }
}

it('overlooks the pages that nothing uses yet, and no other fault', () => {
  const image = grown(makeImage());
  const last = image.length / 4096;
  const unused = new Set([last - 1, last]);
  expect(findingOf(image, names, unused)).toBeUndefined();
  expect(findingOf(image, names, new Set([last]))).toBe('FILE_CORRUPT');
  expect(findingOf(image, names)).toBe('FILE_CORRUPT');
  // The last table's page, which says that it is another kind of page.
  const damaged = Buffer.from(image);
  damaged[4096 * (last - 3)] = 2;
  expect(findingOf(damaged, names, unused)).toBe('FILE_CORRUPT');
  expect(findingOf(damaged, ['t15'])).toBe('SQLITE_CORRUPT');
  expect(findingOf(damaged, ['t1'])).toBeUndefined();
});
