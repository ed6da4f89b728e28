import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFile } from '@varve/migrations/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importLogs } from '../import-logs.ts';
import { type Dump, dumpArchives, rowsOf } from '../testing/dump-archives.ts';
import { logSamples, whyNoSamples } from '../testing/log-samples.ts';

describe.skipIf(!logSamples)(`real logs (skipped where ${whyNoSamples})`, () => {
  describe('of all kinds in one folder', () => {
    const into = mkdtempSync(join(tmpdir(), 'varve-test-'));
    let dumps: Record<string, Dump>;

    beforeAll(async () => {
      const report = await importLogs('auto', [logSamples ?? ''], { into });
      expect(report.problems).toEqual([]);
      dumps = dumpArchives(into);
    });

    afterAll(() => rmSync(into, { recursive: true }));

    it('are told apart', () => {
      const told = new Map<unknown, number>();
      for (const { format } of rowsOf(dumps, 'sources')) told.set(format, (told.get(format) ?? 0) + 1);
      expect(Object.fromEntries([...told].sort())).toMatchObject({
        atif: 3,
        'gemini-cli': 1,
        'mini-swe-agent': 25,
        opencode: 1,
        pi: 1,
        'swe-agent': 5,
        'tau-bench': 200,
      });
    });

    it('leave rows that fit their tables and refer to each other', () => {
      for (const id of Object.keys(dumps)) {
        const sqlite = openFile(`${into}/${id}.db`, { readonly: true });
        expect({ id, violations: sqlite.pragma('foreign_key_check') }).toEqual({ id, violations: [] });
        sqlite.close();
      }
      for (const { parts } of rowsOf(dumps, 'messages')) {
        expect(
          JSON.parse(String(parts)).every((part: { type?: unknown }) => typeof part.type === 'string'),
        ).toBe(true);
      }
    });

    it('put each session on one timeline, in the order of its times where the log has some', () => {
      for (const [id, dump] of Object.entries(dumps)) {
        const timeline = [
          ...dump.messages,
          ...dump.model_calls,
          ...dump.tool_calls,
          ...dump.intermediate_results,
          ...dump.outputs,
          ...dump.sources,
        ];
        const seqs = timeline.map(({ seq }) => Number(seq)).sort((a, b) => a - b);
        expect({ id, seqs }).toEqual({ id, seqs: seqs.map((_, at) => at + 1) });
      }
    });
  });
});
