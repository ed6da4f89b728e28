import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const source = (file: string) => stripTypeScriptTypes(readFileSync(new URL(file, import.meta.url), 'utf8'));

/** A Node too old for varve, if this machine has one. */
function findOldNode(): string | undefined {
  return ['/usr/bin/node', '/usr/local/bin/node'].find((node) => {
    const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    return /^v(1\d|20|21)\./.test(stdout ?? '');
  });
}

/** The check and the error class alone, as plain JavaScript: an old Node runs no TypeScript. */
function writePackage(): string {
  const dir = mkdtempSync(join(tmpdir(), 'varve-node-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const schema = join(dir, 'node_modules', '@varve', 'schema');
  mkdirSync(schema, { recursive: true });
  writeFileSync(
    join(schema, 'package.json'),
    '{ "type": "module", "exports": { ".": "./index.js", "./errors": "./index.js" } }',
  );
  writeFileSync(join(schema, 'index.js'), source('../../schema/src/varve-error.ts'));
  writeFileSync(join(dir, 'check.mjs'), source('./require-node.ts'));
  return join(dir, 'check.mjs');
}

it('lets this Node pass', () => {
  expect(execFileSync(process.execPath, [writePackage()], { encoding: 'utf8' })).toBe('');
});

it('stops an old Node with a message instead of a crash', (context) => {
  const node = findOldNode();
  if (!node) return context.skip('no Node older than 22 on this machine');
  const { status, signal, stderr } = spawnSync(node, [writePackage()], { encoding: 'utf8' });
  expect({ status, signal }).toEqual({ status: 1, signal: null });
  expect(stderr).toMatch(/varve cannot run on Node\.js \d+\./);
  expect(stderr).toContain('RUNTIME_UNSUPPORTED');
});

it('is the first thing that the package imports', () => {
  expect(source('./index.ts').trimStart()).toMatch(/^import '\.\/require-node\.ts';/);
});
