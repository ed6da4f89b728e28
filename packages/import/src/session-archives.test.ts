import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queryObjects } from 'node:v8';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SessionWriter } from './archive/index.ts';
import { SessionMind } from './archive/session-mind.ts';
import type { FamilyFile } from './family-file.ts';
import { findFormats } from './format/index.ts';
import { SessionArchives } from './session-archives.ts';
import { SourceRows } from './source-rows.ts';

let into: string;
beforeAll(() => {
  into = mkdtempSync(join(tmpdir(), 'varve-archives-'));
});
afterAll(() => rmSync(into, { recursive: true, force: true }));

const many = 1000;
const ids = Array.from({ length: many }, (_, at) => `session-${at}`);

function archivesOf(format: string): { archives: SessionArchives; file: FamilyFile } {
  const sample = { path: '/log', shape: 'lines', values: [] } as const;
  const [found] = findFormats(format);
  const file = { ...sample, sample, format: found, sizeBytes: 0, mtimeMs: 0, isNamed: true };
  const options = { into, isDryRun: true, sources: new SourceRows(), continuation: undefined };
  return { archives: new SessionArchives(options), file: file as unknown as FamilyFile };
}

const held = (kind: new (...args: never[]) => object) => queryObjects(kind, { format: 'count' });

describe('what is held of the sessions of a log', () => {
  it('is little of those that nobody has spoken of for long, and all of it when they are spoken of again', async () => {
    const { archives, file } = archivesOf('otlp');
    const remembered = (id: string) => {
      const { writer } = archives.open(id, file);
      return { isNew: writer.claim(`key of ${id}`), said: writer.recall((it) => new Said(it)).said };
    };
    for (const id of ids) {
      remembered(id);
      archives.open(id, file).writer.recall((it) => new Said(it)).said = id;
    }
    expect(held(SessionMind)).toBeLessThan(many / 2);
    for (const id of ids) archives.open(id, file).writer.touch(1);
    for (const id of ids) expect(remembered(id)).toEqual({ isNew: false, said: id });
    await archives.discard();
  });

  it('is none of those that are finished', async () => {
    const { archives, file } = archivesOf('openai-chat');
    const before = held(SessionWriter);
    for (const id of ids) {
      archives.open(id, file);
      await archives.finish(id);
    }
    expect(archives.done).toHaveLength(many);
    expect(held(SessionWriter) - before).toBeLessThan(many / 10);
    await archives.discard();
  });
});

class Said {
  said: unknown;

  constructor(said: unknown) {
    this.said = said;
  }

  save(): unknown {
    return this.said;
  }
}
