import { afterAll, describe, expect, it } from 'vitest';
import { lineage, makeArchives } from '../testing/make-archives.ts';
import { chromiumPath, closeBrowser, findBarriers, openPage } from '../testing/open-browser.ts';
import { makeRuns, openRuns } from '../testing/open-runs.ts';
import { serveTestPage } from '../testing/serve-test-page.ts';

const { toolCalls, messages, intermediateResults, outputs } = lineage.tables;

afterAll(closeBrowser);

describe.skipIf(!chromiumPath)('in a real browser', () => {
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
