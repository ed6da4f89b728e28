import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { makeArchives } from '../testing/make-archives.ts';
import { makeManySessions } from '../testing/make-many-sessions.ts';
import { chromiumPath, closeBrowser, openPage } from '../testing/open-browser.ts';
import { makeRuns, openRuns, rowNamed } from '../testing/open-runs.ts';
import { serveTestPage } from '../testing/serve-test-page.ts';

/** Lets rows go by for sixty frames. */
const scrollUp = `(async () => {
  const scroller = document.querySelector('.scroller');
  for (let frame = 0; frame < 60; frame++) {
    scroller.scrollTop -= 400;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
})()`;

/** What the page's own thread computed meanwhile, in milliseconds: how busy the machine is has no part in it. */
async function computedMs(page: Page, doWork: () => Promise<unknown>): Promise<number> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const readMs = async () => {
    const { metrics } = await devTools.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const before = await readMs();
  await doWork();
  return (await readMs()) - before;
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

  it('shows a new session in the table without being asked', async () => {
    const archives = makeRuns();
    const { page } = await openRuns(archives);
    await rowNamed(page, 'refund by 1.0').waitFor();
    archives.add({ agentName: 'late', title: 'came later' });
    await rowNamed(page, 'came later').waitFor();
  });

  it('scrolls through 100,000 sessions with a few rows in the document, to the last one and back', async () => {
    const file = await makeManySessions(makeArchives().dir, 100_000);
    const served = await serveTestPage(file, {});
    const { page } = await openPage(served.url);
    await page.getByText('100,000 sessions').waitFor();
    await page.keyboard.press('End');
    await page.locator('[aria-rowindex="100001"] a').waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(80);
    const scrolledMs = await computedMs(page, () => page.evaluate(scrollUp));
    expect(scrolledMs / 60).toBeLessThan(100);
    await page.keyboard.press('Home');
    await page.locator('[aria-rowindex="2"] a').waitFor();
  });
});
