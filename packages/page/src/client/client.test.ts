import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { defineLineage, lineageAt, replayMigrations } from '@varve/migrations';
import { makeTestFolder } from '@varve/testing';
import Database from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { renderSessionHtml } from '../html/render-session-html.ts';
import { lineage, makeArchives, type TestArchives } from '../testing/make-archives.ts';
import { makeManySessions } from '../testing/make-many-sessions.ts';
import { chromiumPath, closeBrowser, findBarriers, openPage } from '../testing/open-browser.ts';
import { serveTestPage } from '../testing/serve-test-page.ts';

const { decisions, toolCalls, messages, modelCalls, intermediateResults, outputs } = lineage.tables;
/** One pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Two runs of one task, the second by another version, and a session that the first one started. */
function makeRuns(): TestArchives {
  const archives = makeArchives();
  for (const [agentVersion, limit] of [
    ['1.0', 5],
    ['2.0', 9],
  ] as const) {
    archives.add(
      { agentName: 'support', agentVersion, requestModel: 'm-1', title: `refund by ${agentVersion}` },
      (session) => {
        session.record(messages, { role: 'user', parts: [{ type: 'text', content: 'Where is my zebra?' }] });
        const modelCallSeq = session.record(modelCalls, {
          status: 'ok',
          requestModel: 'm-1',
          inputTokens: 900,
          outputTokens: 80,
          durationMs: 40,
        });
        session.record(messages, {
          role: 'assistant',
          modelCallSeq,
          parts: [
            { type: 'reasoning', content: 'It must be somewhere.' },
            { type: 'tool_call', id: 'c1', name: 'find', arguments: { limit } },
          ],
        });
        const decisionSeq = session.record(decisions, { summary: 'look it up', modelCallSeq });
        session.record(toolCalls, {
          toolName: 'find',
          decisionSeq,
          arguments: { limit },
          result: { found: 1 },
          status: 'ok',
          durationMs: 12,
        });
        session.record(toolCalls, {
          toolName: 'pay',
          attempt: 1,
          status: 'error',
          errorType: 'Timeout',
          errorMessage: 'no answer',
          durationMs: 30,
        });
        session.record(toolCalls, { toolName: 'pay', attempt: 2, status: 'ok', durationMs: 9 });
        session.record(intermediateResults, { kind: 'image', name: 'shot', blob: png });
        session.record(outputs, { kind: 'text', content: 'It is on its way.', isFinal: true });
        if (agentVersion === '1.0')
          archives.add(
            { agentName: 'finder', title: 'find the zebra', parentSessionId: session.id, parentCallSeq: 5 },
            (finder) => {
              finder.record(toolCalls, { toolName: 'sniff', result: 'stripes', status: 'ok', durationMs: 5 });
            },
          );
      },
    );
  }
  return archives;
}

/** How long each of sixty frames took while the rows went by, in milliseconds, the shortest first. */
const scrollUp = `(async () => {
  const scroller = document.querySelector('.scroller');
  const times = [];
  let last = performance.now();
  for (let frame = 0; frame < 60; frame++) {
    scroller.scrollTop -= 400;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    times.push(performance.now() - last);
    last = performance.now();
  }
  return times.sort((a, b) => a - b);
})()`;

const imageWidth = `document.querySelector('.bytes img')?.naturalWidth`;

const rowNamed = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

async function openRuns(archives = makeRuns(), options: Parameters<typeof openPage>[1] = {}) {
  const served = await serveTestPage(archives.archiveDir, { lineage });
  await served.settle();
  return { ...served, ...(await openPage(served.url, options)) };
}

/** What vitest says of a test that somebody pasted into a project of their own. */
async function runAsTest(code: string): Promise<string> {
  const dir = makeTestFolder();
  const root = join(import.meta.dirname, '../../../..');
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(join(root, 'node_modules/vitest'), join(dir, 'node_modules/vitest'));
  symlinkSync(join(root, 'packages/page/node_modules/@varve'), join(dir, 'node_modules/@varve'));
  writeFileSync(join(dir, 'copied.test.ts'), code);
  writeFileSync(
    join(dir, 'vitest.config.ts'),
    readFileSync(join(root, 'vitest.config.ts'), 'utf8').replace(
      '{packages,adapters,integration,bench,examples}/**/*',
      '*',
    ),
  );
  const run = promisify(execFile)(process.execPath, [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--root',
    dir,
  ]);
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
  return stripVTControlCharacters(stdout + stderr);
}

afterAll(closeBrowser);

describe.skipIf(!chromiumPath)('in a real browser', () => {
  it('lists all sessions, takes the token out of the address, and complains of nothing', async () => {
    const { page, complaints } = await openRuns();
    await rowNamed(page, 'refund by 1.0').waitFor();
    expect(await page.getByRole('row').count()).toBe(4);
    expect(page.url()).not.toContain('token');
    expect(complaints).toEqual([]);
  });

  it('is worked by the keyboard: a row is chosen, opened, its next failure found, and left again', async () => {
    const { page } = await openRuns();
    await page
      .getByLabel('Failed')
      .or(page.getByRole('columnheader', { name: 'Failed' }))
      .waitFor();
    await page.goto(`${new URL(page.url()).origin}/?sort=title`);
    await rowNamed(page, 'refund by 2.0').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'refund by 1.0' }).waitFor();
    await page.keyboard.press('f');
    await page.getByRole('option', { selected: true }).filter({ hasText: 'no answer' }).waitFor();
    expect(await page.getByRole('region', { name: 'Step' }).textContent()).toContain('Timeout: no answer');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('region', { name: 'Step' }).count()).toBe(0);
  });

  it('narrows the table by a filter that is chosen by keyboard, and keeps it in the address', async () => {
    const { page } = await openRuns();
    await rowNamed(page, 'find the zebra').waitFor();
    await page.getByRole('combobox', { name: 'Agent' }).focus();
    await page.keyboard.type('find');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    expect(page.url()).toContain('agent=finder');
    await page.reload();
    await rowNamed(page, 'find the zebra').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
  });

  it('searches while one writes, and shows the words around each hit', async () => {
    const { page } = await openRuns();
    await rowNamed(page, 'refund by 1.0').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('my zebra');
    await page.locator('.snippet').first().waitFor();
    await expect
      .poll(() => page.locator('.snippet').allTextContents())
      .toEqual([
        expect.stringContaining('Where is my zebra?'),
        expect.stringContaining('Where is my zebra?'),
      ]);
    expect(await page.locator('.snippet mark').first().textContent()).toBe('my');
  });

  it('shows a session as a waterfall with the sessions it started, and as a conversation with folded reasoning', async () => {
    const { page, complaints } = await openRuns();
    await page.getByRole('link', { name: 'refund by 1.0' }).click();
    await page.getByRole('option').filter({ hasText: 'attempt 2' }).waitFor();
    const child = page.getByRole('option').filter({ hasText: 'find the zebra' });
    const within = page.getByRole('option').filter({ hasText: 'sniff' });
    await within.click();
    await page.getByRole('region', { name: 'Step' }).getByText('stripes').waitFor();
    await child.click({ position: { x: 300, y: 8 } });
    await page.keyboard.press('o');
    await within.waitFor({ state: 'detached' });
    await page.reload();
    await child.waitFor();
    expect(await within.count()).toBe(0);
    await child.locator('.twisty').click();
    await within.waitFor();
    await page.getByRole('option').filter({ hasText: 'shot' }).click();
    await expect.poll(() => page.evaluate(imageWidth)).toBe(1);
    await page.getByRole('tab', { name: 'Conversation' }).click();
    await page.getByText('Where is my zebra?').waitFor();
    expect(await page.getByText('It must be somewhere.').isVisible()).toBe(false);
    await page.getByText('reasoning').click();
    expect(await page.getByText('It must be somewhere.').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('copies a session as JSON, as ATIF and as a test case', async () => {
    const { page } = await openRuns();
    await page.getByRole('link', { name: 'refund by 1.0' }).click();
    const copy = async (how: string): Promise<string> => {
      const menu = page.locator('.menu');
      await menu.locator('summary').click();
      await menu.getByRole('button', { name: how }).click();
      await menu.getByText('Copied').waitFor();
      await menu.locator('summary').click();
      await menu.getByText('Copied').waitFor({ state: 'detached' });
      return page.evaluate('navigator.clipboard.readText()');
    };
    const json = JSON.parse(await copy('as JSON'));
    expect(json.steps[4]).toMatchObject({ table: 'tool_calls', tool_name: 'find', arguments: { limit: 5 } });
    const { steps } = JSON.parse(await copy('as ATIF'));
    expect(steps).toMatchObject([
      { step_id: 1, source: 'user', message: 'Where is my zebra?' },
      {
        source: 'agent',
        reasoning_content: 'It must be somewhere.',
        tool_calls: [{ function_name: 'find', arguments: { limit: 5 } }],
        metrics: { prompt_tokens: 900 },
      },
      { source: 'agent', message: 'It is on its way.' },
    ]);
    expect(await runAsTest(await copy('as a test case'))).toContain('1 passed');
  });

  it('lets a session that is written grow before one’s eyes, and its writer seal it', async () => {
    const archives = makeRuns();
    const session = archives.begin({ agentName: 'support', title: 'under way' });
    const served = await serveTestPage(archives.dir, { lineage });
    await served.settle();
    const { page, complaints } = await openPage(served.url);
    await rowNamed(page, 'under way').getByText('live').waitFor();
    await page.getByRole('link', { name: 'under way' }).click();
    await page.getByRole('heading', { name: 'under way' }).waitFor();
    for (const toolName of ['first', 'second', 'third']) {
      session.record(toolCalls, { toolName, status: 'ok' });
      await page.getByRole('option').filter({ hasText: toolName }).waitFor();
    }
    await expect
      .poll(() => {
        session.seal(archives.archiveDir);
        return true;
      })
      .toBe(true);
    expect(complaints).toEqual([]);
  });

  it('shows a new session in the table without being asked', async () => {
    const archives = makeRuns();
    const { page } = await openRuns(archives);
    await rowNamed(page, 'refund by 1.0').waitFor();
    archives.add({ agentName: 'late', title: 'came later' });
    await rowNamed(page, 'came later').waitFor();
  });

  it('compares two sessions step by step, and marks what differs', async () => {
    const { page } = await openRuns();
    for (const name of ['refund by 1.0', 'refund by 2.0']) {
      await rowNamed(page, name).getByRole('checkbox').check();
    }
    await page.keyboard.press('c');
    await page.getByRole('link', { name: 'refund by 2.0' }).waitFor();
    await page.getByText('9 lines, 2 differences').waitFor();
    await page.keyboard.press('d');
    await page.keyboard.press('d');
    const panel = page.getByRole('region', { name: 'Difference' });
    await panel.waitFor();
    expect(await panel.locator('del').textContent()).toContain('"limit": 5');
    expect(await panel.locator('ins').textContent()).toContain('"limit": 9');
  });

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

  it('opens a saved session from the disk, offline, asking nobody for anything', async () => {
    const archives = makeArchives();
    const path = archives.add({ agentName: 'support', title: 'saved' }, (session) => {
      session.record(messages, {
        role: 'user',
        parts: [{ type: 'text', content: '</script><script>document.title = "hacked"</script>' }],
      });
      session.record(toolCalls, {
        toolName: 'find',
        arguments: { text: '<!--<script>' },
        status: 'error',
        errorMessage: 'no',
      });
      session.record(intermediateResults, { kind: 'image', name: 'shot', blob: png });
    });
    const file = join(archives.dir, 'saved.html');
    const html = await renderSessionHtml(path, { lineage });
    writeFileSync(file, html);
    expect(html.length).toBeLessThan(1_000_000);
    const { page, complaints } = await openPage(pathToFileURL(file).href, { offline: true });
    await page.getByRole('heading', { name: 'saved' }).waitFor();
    await page.keyboard.press('f');
    await page.getByRole('region', { name: 'Step' }).getByText('<!--<script>').waitFor();
    await page.getByRole('option').filter({ hasText: 'shot' }).click();
    await expect.poll(() => page.evaluate(imageWidth)).toBe(1);
    await page.getByRole('tab', { name: 'Conversation' }).click();
    await page.getByText('</script><script>').waitFor();
    expect(await page.title()).toBe('varve session');
    expect(complaints).toEqual([]);
  });

  it('runs nothing of what hostile texts hold, and shows what would hide or move other text', async () => {
    const hostile = '<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">';
    const tricks = 'a\u202Egpj.exe\u001b[31mred\u0007\u200b';
    const archives = makeArchives();
    archives.add(
      { agentName: hostile, agentVersion: tricks, title: `${tricks} ${hostile}`, requestModel: hostile },
      (session) => {
        session.record(messages, {
          role: 'user',
          parts: [
            { type: 'text', content: hostile + tricks },
            { type: hostile, content: hostile },
          ],
        });
        session.record(messages, {
          role: 'assistant',
          parts: [{ type: 'blob', mime_type: 'image/svg+xml', content: hostile }],
        });
        session.record(toolCalls, {
          toolName: hostile,
          arguments: { [hostile]: tricks, __proto__: hostile },
          result: 'x'.repeat(5_000_000),
          status: 'error',
          errorMessage: hostile,
          errorType: tricks,
        });
        session.record(intermediateResults, { kind: hostile, name: hostile, blob: Buffer.from(hostile) });
        session.record(outputs, { kind: hostile, content: `javascript:${hostile}` });
      },
    );
    const { page, complaints } = await openRuns(archives);
    const title = page.getByRole('link', { name: /window\.hacked/ });
    expect(await title.textContent()).toContain('a⟨U+202E⟩gpj.exe␛[31mred␇⟨U+200B⟩ <script>');
    await title.click();
    // The keys move among steps when there are some.
    await page.getByRole('tab', { name: 'Conversation' }).waitFor();
    for (let step = 0; step < 5; step++) {
      await page.keyboard.press('j');
      await page.getByRole('region', { name: 'Step' }).locator('.facts').waitFor();
    }
    await page.getByRole('tab', { name: 'Conversation' }).click();
    await page.getByText('<script>window.hacked').first().waitFor();
    await page.getByRole('tab', { name: 'Tables' }).click();
    await page.getByRole('table').waitFor();
    await page.goto(
      `${new URL(page.url()).origin}/ask?${new URLSearchParams({ sql: 'SELECT tool_name, error_message FROM tool_calls' })}`,
    );
    await page.getByText('1 row in').waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  it('opens 10 MB of JSON without freezing, with only what can be seen in the document', async () => {
    const archives = makeArchives();
    archives.add({ agentName: 'support', title: 'large' }, (session) => {
      const items = Array.from({ length: 90_000 }, (_, at) => ({
        at,
        text: 'x'.repeat(80),
        tags: ['a', 'b'],
      }));
      session.record(toolCalls, { toolName: 'dump', result: items, status: 'ok' });
    });
    const { page } = await openRuns(archives);
    await page.getByRole('link', { name: 'large' }).click();
    await page.getByRole('option').click();
    await page.getByRole('treeitem').first().waitFor();
    expect(await page.locator('*').count()).toBeLessThan(1500);
    await page.getByRole('treeitem').getByRole('button', { name: 'open' }).nth(1).click();
    expect(await page.locator('*').count()).toBeLessThan(1500);
  });

  it('scrolls through 100,000 sessions with a few rows in the document, to the last one and back', async () => {
    const file = await makeManySessions(makeArchives().dir, 100_000);
    const served = await serveTestPage(file, {});
    const { page } = await openPage(served.url);
    await page.getByText('100,000 sessions').waitFor();
    await page.keyboard.press('End');
    await page.locator('[aria-rowindex="100001"] a').waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(80);
    const times = await page.evaluate<number[]>(scrollUp);
    expect(times[30]).toBeLessThan(100);
    expect(times.at(-1)).toBeLessThan(2000);
    await page.keyboard.press('Home');
    await page.locator('[aria-rowindex="2"] a').waitFor();
  }, 180_000);

  it('says at a wrong token what to do', async () => {
    const { url } = await serveTestPage(makeRuns().archiveDir, { lineage });
    const { page } = await openPage(`${new URL(url).origin}/?token=wrong`);
    expect(await page.textContent('body')).toMatch(/PAGE_REFUSED(.|\n)*varve serve printed/);
  });

  it.each(['light', 'dark'] as const)(
    'has nothing that axe calls a barrier in any view, %s',
    async (colours) => {
      const { page, url, json } = await openRuns(makeRuns(), { colours });
      const { rows } = await json<{ rows: { key: string; title: string }[] }>('/api/sessions?sort=title');
      const [, left, right] = rows.map(({ key }) => key);
      const views = [
        ['/', '.cell-title a'],
        [`/session/${left}?step=tool_calls:6`, '.panel .facts'],
        [`/session/${left}?tab=conversation`, '.said pre'],
        [`/session/${left}?tab=tables`, '.grid-row'],
        [`/compare?left=${left}&right=${right}&at=1`, '.panel'],
        ['/fleet', '.layers'],
        ['/ask?sql=SELECT+tool_name,+count(*)+AS+calls+FROM+tool_calls+GROUP+BY+1', '.chart canvas'],
      ] as const;
      for (const [path, sign] of views) {
        await page.goto(new URL(path, url).href);
        await page.locator(sign).first().waitFor();
        expect([path, await findBarriers(page)]).toEqual([path, []]);
      }
    },
  );

  it('fits a phone: nothing is wider than the window', async () => {
    const { page, url, json } = await openRuns(makeRuns(), { width: 390, height: 780 });
    const { rows } = await json<{ rows: { key: string }[] }>('/api/sessions?sort=title');
    for (const path of [
      '/',
      `/session/${rows[1]?.key}?step=tool_calls:6`,
      '/fleet',
      '/ask',
      `/compare?left=${rows[1]?.key}&right=${rows[2]?.key}`,
    ]) {
      await page.goto(new URL(path, url).href);
      await page.locator('main :is(a, h1, h2, .line, .pair-row)').first().waitFor();
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 390]);
    }
  });
});
