import { join } from 'node:path';
import { createSession, openArchive, upgradeArchive } from '@varve/core';
import { defineLineage, standardLineage } from '@varve/migrations';
import { decisions, standardTables } from '@varve/schema';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../testing/archives.ts';
import { openUnified } from '../unified/open-unified.ts';
import { queryArchives } from './query-archives.ts';

const slug = (text: unknown) => String(text).toLowerCase().replace(/\W/g, '-');

const lineageWith = (...steps: string[]) =>
  defineLineage({
    name: 'mine',
    tables: standardTables,
    functions: { slug },
    migrations: [
      ...standardLineage.migrations,
      ...steps.map((sql, at) => ({ name: `9${at}_step`, sql, createdAtMs: 1.9e12 + at })),
    ],
  });

describe('a function of the lineage', () => {
  it.each([
    ['in an index', 'CREATE INDEX by_slug ON decisions (slug(summary))'],
    ['in a generated column', 'ALTER TABLE decisions ADD slug text AS (slug(summary))'],
    [
      'in a CHECK',
      "CREATE TABLE marks (mark text CHECK (slug(mark) = mark)); INSERT INTO marks VALUES ('a-b')",
    ],
    [
      'in a default',
      "CREATE TABLE marks (id integer PRIMARY KEY, mark text DEFAULT (slug('A B'))); INSERT INTO marks (id) VALUES (1)",
    ],
    [
      'in a trigger',
      'CREATE TABLE log (what text); CREATE TRIGGER t AFTER INSERT ON decisions BEGIN INSERT INTO log VALUES (slug(new.summary)); END',
    ],
    ['in a view', 'CREATE VIEW slugs AS SELECT slug(summary) AS slug FROM decisions'],
  ])('%s is there for every way to a file', async (_title, first) => {
    const dir = makeFolder();
    const [v1, v2] = [lineageWith(first), lineageWith(first, 'ALTER TABLE decisions ADD z integer')];
    const session = createSession(join(dir, 'live'), { lineage: v1, session: { agentName: 'x' } });
    session.record(decisions, { summary: 'Hello World' });
    const path = session.seal(join(dir, 'sealed'));

    using archive = openArchive(path, { lineage: v2 });
    expect(archive.sqlite.prepare('SELECT summary, z FROM decisions').raw().all()).toEqual([
      ['Hello World', null],
    ]);
    for (const lineage of [v1, v2]) {
      const queried = await queryArchives(join(dir, 'sealed'), 'SELECT summary FROM decisions', { lineage });
      expect({ rows: queried.rows.length, problems: queried.problems }).toEqual({ rows: 1, problems: [] });
      using unified = await openUnified(join(dir, `${lineage.migrations.length}.db`), {
        lineage,
        archives: join(dir, 'sealed'),
      });
      expect(unified.problems).toEqual([]);
      expect(unified.sqlite.prepare('SELECT count(*) FROM decisions').pluck().get()).toBe(1);
    }
    archive.close();
    expect((await upgradeArchive(path, { lineage: v2, verify: 'full' })).changed).toBe(true);
  });
});
