import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { renderSessionHtml } from '../html/render-session-html.ts';
import { lineage, makeArchives } from '../testing/make-archives.ts';
import { chromiumPath, closeBrowser, openPage } from '../testing/open-browser.ts';
import { makeRuns, openRuns, png, rowNamed } from '../testing/open-runs.ts';
import { serveTestPage } from '../testing/serve-test-page.ts';

const { toolCalls, messages, intermediateResults } = lineage.tables;

const imageWidth = `document.querySelector('.bytes img')?.naturalWidth`;

afterAll(closeBrowser);

describe.skipIf(!chromiumPath)('in a real browser', () => {
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
});
