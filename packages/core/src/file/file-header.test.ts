import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionFromHint } from '@varve/migrations';
import { expect, it } from 'vitest';
import { createSession, readHeader } from '../index.ts';
import { errorOf } from '../testing/error-of.ts';
import { history as lineage, writeFileAt } from '../testing/history.ts';
import { makeTempDir } from '../testing/temp-dir.ts';
import { isWorkFile } from './work-file.ts';

it('says what the file says about itself', () => {
  const path = writeFileAt(makeTempDir(), 2);
  const header = readHeader(path);
  expect(header).toMatchObject({ isWal: false, pageSizeBytes: 4096, applicationId: 0x76617276 });
  expect(versionFromHint(header, lineage)).toBe(2);
  expect(header.sizeBytes % 4096).toBe(0);
});

it('knows a session that was not sealed', () => {
  const session = createSession(makeTempDir(), { lineage, session: { agentName: 'x' } });
  session.close();
  expect(readHeader(session.path)).toMatchObject({ isWal: true });
});

it('reads the page size of 65536, which does not fit its field', () => {
  const path = writeFileAt(makeTempDir(), 1, { sql: 'PRAGMA page_size = 65536; VACUUM' });
  expect(readHeader(path)).toMatchObject({ pageSizeBytes: 65_536 });
});

it('tells apart what is nothing, what is something else, and what is cut short', () => {
  const path = join(makeTempDir(), 'x');
  const codeOf = (content: string) => {
    writeFileSync(path, content);
    return errorOf(() => readHeader(path)).code;
  };
  expect(codeOf('')).toBe('FILE_EMPTY');
  expect(codeOf('SQLite')).toBe('FILE_CORRUPT');
  expect(codeOf('SQLite format 4 and more')).toBe('FILE_NOT_A_DATABASE');
  expect(codeOf('SQLite format 3\0')).toBe('FILE_CORRUPT');
});

it.each([
  ['/a/.x.db.0123456789abcdef.upgrading', true],
  ['/a/.x.db.0123456789abcdef.sealing', true],
  ['/a/.x.db.0123456789abcdef.creating', true],
  ['/a/x.db-lock', true],
  ['/a/x.db', false],
  ['/a/.x.db', false],
  ['/a/upgrading', false],
])('knows %s for a file at work: %s', (path, isWork) => {
  expect(isWorkFile(path)).toBe(isWork);
});
