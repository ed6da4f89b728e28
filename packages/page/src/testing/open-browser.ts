import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A Chromium of the system; undefined where there is none. */
export const chromiumPath = [process.env.VARVE_CHROMIUM ?? '', ...candidates].find((path) =>
  existsSync(path),
);

if (!chromiumPath) {
  console.warn(
    'no chromium: the tests in a browser are skipped (apt-get install chromium, or VARVE_CHROMIUM=PATH)',
  );
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface OpenPageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colours?: 'light' | 'dark';
  readonly offline?: boolean;
}

export interface BrowserPage {
  readonly page: Page;
  /** What the page complained of: uncaught errors, and all that the content security policy forbade. */
  readonly complaints: readonly string[];
}

let browser: Promise<Browser> | undefined;

/** One for all tests of a file, which ends it after them. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

/** A page with an empty profile of its own, closed after the running test. */
export async function openPage(address: string, options: OpenPageOptions = {}): Promise<BrowserPage> {
  const { width = 1280, height = 800, colours = 'light', offline = false } = options;
  browser ??= chromium.launch({ executablePath: chromiumPath as string, headless: true, args: flags });
  const context = await (await browser).newContext({
    viewport: { width, height },
    colorScheme: colours,
    offline,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(address);
  return { page, complaints };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe has against a page as it is now: contrast, roles, names. Each with the elements that it is about. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const tool = (globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } }).axe;
    const { violations } = await tool.run({ resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary.slice(0, 200)}`),
    );
  });
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}
