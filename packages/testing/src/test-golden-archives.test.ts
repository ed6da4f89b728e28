import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { makeTestFolder } from './index.ts';
import { freezeNotes } from './testing/notes.ts';

it("fails the team's test by name when a new migration breaks an old archive", async () => {
  const dir = makeTestFolder();
  await freezeNotes(dir);
  const [config, vitest] = ['./testing/break-golden.config.ts', '../node_modules/vitest/vitest.mjs'].map(
    (path) => fileURLToPath(new URL(path, import.meta.url)),
  ) as [string, string];
  const report = join(makeTestFolder(), 'report.json');
  spawnSync(
    process.execPath,
    [vitest, 'run', '--config', config, '--reporter=json', `--outputFile=${report}`],
    { env: { ...process.env, GOLDEN_DIR: dir } },
  );
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const tests = testResults[0].assertionResults.map(({ title, status, failureMessages }: TestOutcome) => ({
    title,
    status,
    message: failureMessages.join('\n'),
  }));
  expect(tests).toEqual([
    { title: 'has golden archives, frozen by versions of this lineage', status: 'passed', message: '' },
    { title: 'has them as they were frozen', status: 'passed', message: '' },
    {
      title: '0000_notes.db reads at head',
      status: 'failed',
      message: expect.stringMatching(
        /since then break 0000_notes\.db:\n {2}table notes, row seq 1, column kind: /,
      ),
    },
  ]);
});

interface TestOutcome {
  readonly title: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}
