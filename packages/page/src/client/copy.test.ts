import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { makeTestFolder } from '@varve/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { chromiumPath, closeBrowser } from '../testing/open-browser.ts';
import { openRuns } from '../testing/open-runs.ts';

const conditions = ['@varve/source', 'node'];
const fromSource = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { execArgv: ['--conditions=@varve/source'] },
};

/** What vitest says of a test that somebody pasted into a project of their own. */
async function runAsTest(code: string): Promise<string> {
  const dir = makeTestFolder();
  const root = join(import.meta.dirname, '../../../..');
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(join(root, 'node_modules/vitest'), join(dir, 'node_modules/vitest'));
  symlinkSync(join(root, 'packages/page/node_modules/@varve'), join(dir, 'node_modules/@varve'));
  writeFileSync(join(dir, 'copied.test.ts'), code);
  writeFileSync(join(dir, 'vitest.config.js'), `export default ${JSON.stringify(fromSource)}`);
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
});
