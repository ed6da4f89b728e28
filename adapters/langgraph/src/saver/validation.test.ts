import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deltaChannelHistoryTests, specTest } from '@langchain/langgraph-checkpoint-validation';
import * as vitest from 'vitest';
import { VarveSaver } from '../index.ts';

/** The suite takes these from the global scope. */
const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } = vitest;
const globals = { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test };
Object.assign(globalThis, globals);
afterAll(() => {
  for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
});

const dirs = new WeakMap<VarveSaver, string>();
const initializer = {
  checkpointerName: '@varve/langgraph',
  createCheckpointer() {
    const dir = mkdtempSync(join(tmpdir(), 'varve-threads-'));
    const saver = new VarveSaver({ dir });
    dirs.set(saver, dir);
    return saver;
  },
  destroyCheckpointer(saver: VarveSaver) {
    saver.close();
    rmSync(dirs.get(saver) ?? '', { recursive: true });
  },
};

specTest(initializer);
deltaChannelHistoryTests(initializer);
