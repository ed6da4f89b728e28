import { expect, it } from 'vitest';
import { assertSound, assertTablesSound } from './assert-sound.ts';
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

const otherWords = `CREATE TABLE t (body); INSERT INTO t VALUES ('one');
  CREATE VIRTUAL TABLE words USING fts4(content='t', body); INSERT INTO words (words) VALUES ('rebuild');
  UPDATE t SET body = 'two'`;
const noTokenizer = `CREATE TABLE t (body); INSERT INTO t VALUES ('one');
  PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES
    ('table', 'words', 'words', 0, 'CREATE VIRTUAL TABLE words USING fts5(body, tokenize=''own'')');
  PRAGMA writable_schema = OFF`;

it.each([
  ['whose words are not those of its table', otherWords],
  ['whose tokenizer is not here', noTokenizer],
])('checks the other tables beside an index of words %s', (_title, script) => {
  const sqlite = openMemory();
  sqlite.unsafeMode(true);
  sqlite.exec(script);
  const image = sqlite.serialize();
  sqlite.close();
  const sound = openImage(image);
  expect(() => assertSound(sound, 'x.db')).not.toThrow();
  sound.unsafeMode(true);
  const strict = `UPDATE sqlite_schema SET sql = 'CREATE TABLE t (body CHECK (body = 1))' WHERE name = 't'`;
  sound.exec(`PRAGMA writable_schema = ON; ${strict}`);
  const damaged = openImage(sound.serialize());
  sound.close();
  expect(() => assertSound(damaged, 'x.db')).toThrow(expect.objectContaining({ code: 'FILE_CORRUPT' }));
  damaged.close();
});

it('sees words of FTS4 that are not those of its own table', () => {
  const sqlite = openMemory("CREATE VIRTUAL TABLE words USING fts4(body); INSERT INTO words VALUES ('one')");
  expect(() => assertSound(sqlite, 'x.db')).not.toThrow();
  sqlite.unsafeMode(true);
  sqlite.exec("UPDATE words_content SET c0body = 'two'");
  expect(() => assertSound(sqlite, 'x.db')).toThrow(expect.objectContaining({ code: 'FILE_CORRUPT' }));
  sqlite.close();
});
