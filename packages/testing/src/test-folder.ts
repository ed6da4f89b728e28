import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * An empty folder for live sessions or archives, removed with all it holds after the running test.
 *
 * @example
 * ```ts
 * import { existsSync } from 'node:fs';
 * import { makeTestFolder } from '@varve/testing';
 * import { expect, it } from 'vitest';
 *
 * it('has a folder of its own', () => {
 *   expect(existsSync(makeTestFolder())).toBe(true);
 * });
 * ```
 */
export function makeTestFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'varve-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
