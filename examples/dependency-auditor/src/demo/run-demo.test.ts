import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { lineage } from '../lineage.ts';
import { runDemo } from './run-demo.ts';

it('runs the main job: sessions of many versions, one typed view, the same answers after an upgrade', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'varve-demo-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const output = new PassThrough();
  const printed = text(output);
  const { versionsBefore, versionsAfter, answers } = await runDemo({ sessions: 54, root, dir, output });
  output.end();

  expect(versionsBefore.length).toBeGreaterThanOrEqual(8);
  expect(versionsAfter).toEqual([lineage.migrations.length]);
  expect(answers.serviceVersions.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(54);
  expect(answers.serviceVersions).toHaveLength(5);
  const readManifest = answers.tools.find(({ tool }) => tool === 'read_manifest');
  expect(readManifest?.calls).toBe(54);
  expect(answers.tools.some(({ failures }) => failures > 0)).toBe(true);
  expect(answers.verdictsByLicence.map(({ licence }) => licence)).toContain('MIT');
  expect(await printed).toMatch(/no file was left beside it[\s\S]*the same questions, the same answers/);
});
