/** Takes the pictures of docs/page.md from what the demo left: `npx pnpm demo`, then `npx pnpm docs:pictures`. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { lineage } from '../../../examples/dependency-auditor/src/lineage.ts';
import { servePage } from '../src/index.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const archives = join(root, '.demo', 'originals');
const out = join(root, 'docs', 'images');
if (!existsSync(archives)) throw new Error(`there is nothing in ${archives}: run npx pnpm demo first`);
mkdirSync(out, { recursive: true });

process.chdir(root);
const page = await servePage('.demo/originals', { lineage });
const executablePath = process.env.VARVE_CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({
  executablePath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic'],
});
try {
  await takeAll(browser);
} finally {
  await browser.close();
  await page.close();
}

async function takeAll(browser: Browser): Promise<void> {
  const tab = await browser.newPage({ viewport: { width: 1160, height: 620 }, colorScheme: 'light' });
  const open = async (path: string, sign: string) => {
    await tab.goto(new URL(path, page.url).href);
    await tab.locator(sign).first().waitFor();
  };
  const take = (name: string) => tab.screenshot({ path: join(out, `${name}.png`), scale: 'css' });
  await tab.goto(page.url);
  await tab.locator('.state-ok').first().waitFor();
  await open('/?sort=-failures', '.cell-title a');
  await tab.waitForFunction('document.querySelector("progress") === null');
  await open('/?sort=-failures', '.state-ok');
  await take('sessions');
  const keys = await tab
    .locator('.cell-title a')
    .evaluateAll((links) => links.map((it) => it.getAttribute('href')?.split('/').at(-1)));
  await open(`/session/${keys[0]}`, '.line');
  await tab.keyboard.press('f');
  await tab.locator('.panel .facts').waitFor();
  await take('session');
  await open(`/compare?left=${keys[0]}&right=${keys[6]}`, '.pair-row');
  await tab.keyboard.press('d');
  await tab.locator('.panel .value').first().waitFor();
  await take('compare');
  await open('/fleet', '.layers');
  await take('fleet');
  await open('/ask', '.editor');
  await tab.getByRole('button', { name: 'Tools by failures' }).click();
  await tab.locator('.chart canvas').waitFor();
  await tab.getByText('rows in').waitFor();
  await take('ask');
}
