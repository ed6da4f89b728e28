import { join } from 'node:path';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { makeArchives } from '../testing/make-archives.ts';
import { chromiumPath, closeBrowser, openPage } from '../testing/open-browser.ts';
import { openRuns } from '../testing/open-runs.ts';
import { serveTestPage } from '../testing/serve-test-page.ts';

afterAll(closeBrowser);

describe.skipIf(!chromiumPath)('in a real browser', () => {
  it('answers SQL at today’s schema, refuses what would write, and ends what is cancelled', async () => {
    const { page } = await openRuns();
    await page.getByRole('link', { name: 'Ask' }).click();
    await page.getByRole('button', { name: 'Tools by failures' }).click();
    await page.getByText('3 rows in').waitFor();
    expect(await page.getByRole('table', { name: 'Answer' }).textContent()).toMatch(/pay42/);
    const editor = page.getByRole('textbox', { name: 'SQL' });
    await editor.fill('DELETE FROM sessions');
    await page.keyboard.press('Control+Enter');
    await page.getByText('SQL_REFUSED').waitFor();
    await editor.fill(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
    );
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Ask' }).waitFor();
    await editor.fill('SELECT 41 + 1 AS answer');
    await page.keyboard.press('Control+Enter');
    await page.getByText('1 row in').waitFor();
    expect(await page.getByRole('table', { name: 'Answer' }).textContent()).toContain('42');
  });

  it('shows archives of two versions in the fleet, what an upgrade loses, a rehearsal, and a row before and after', async () => {
    const archives = makeArchives();
    const own = defineLineage({
      name: 'own',
      tables: {},
      migrations: [
        'CREATE TABLE sessions (id text PRIMARY KEY NOT NULL, agent text, note text);CREATE TABLE steps (seq integer PRIMARY KEY, session_id text NOT NULL, name text, took real)',
        'ALTER TABLE steps RENAME COLUMN took TO duration_ms',
        'ALTER TABLE sessions DROP COLUMN note',
      ].map((sql, at) => ({ name: `000${at}_own`, sql, createdAtMs: 1_700_000_000_000 + at })),
    });
    for (const [name, version] of [
      ['old', 1],
      ['new', 3],
    ] as const) {
      const sqlite = new Database(join(archives.dir, `${name}.db`));
      replayMigrations(sqlite, lineageAt(own, version));
      sqlite.exec(
        `INSERT INTO sessions (id, agent) VALUES ('${name}', 'a'); INSERT INTO steps VALUES (1, '${name}', 'walk', 5.5)`,
      );
      sqlite.close();
    }
    const served = await serveTestPage(archives.dir, { lineage: own });
    const { page, complaints } = await openPage(served.url);
    await page.getByRole('link', { name: 'Fleet' }).click();
    await page.getByRole('heading', { name: '2 archives' }).waitFor();
    await page.getByText('What it loses').click();
    await page.getByText('sessions.note').waitFor();
    await page.getByRole('button', { name: 'Rehearse it' }).click();
    await page.getByText('1 archive would be upgraded').waitFor();
    await page.getByRole('link', { name: /0000_own/ }).click();
    await page.getByRole('link', { name: 'old' }).click();
    await page.getByRole('option').filter({ hasText: 'walk' }).click();
    await page.getByRole('button', { name: 'Before and after' }).click();
    await page.getByRole('row', { name: /^took gone/ }).waitFor();
    await page.getByRole('row', { name: /^duration_ms added/ }).waitFor();
    expect(complaints).toEqual([]);
  });
});
