import { join } from 'node:path';
import { openUnified } from '@varve/aggregator';
import { expect, it, onTestFinished } from 'vitest';
import { findSource } from '../sources/index.ts';
import { lineage, makeArchives } from '../testing/make-archives.ts';
import { summariseArchives, summariseFile } from './summarise-file.ts';

const { modelCalls, toolCalls } = lineage.tables;

it('says of many archives of a view at once what it says of each', async () => {
  const archives = makeArchives();
  for (const failures of [0, 1, 2])
    archives.add({ agentName: `agent ${failures}` }, (session) => {
      session.record(modelCalls, {
        status: 'ok',
        startedAtMs: 1,
        inputTokens: 100 * failures,
        outputTokens: 7,
      });
      for (let at = 0; at < failures; at++) session.record(toolCalls, { toolName: 'pay', status: 'error' });
    });
  const file = join(archives.dir, 'view.db');
  (await openUnified(file, { lineage, archives: archives.archiveDir })).close();
  const source = findSource([file], undefined);
  onTestFinished(() => source.close());
  const { files } = await source.scan();
  const ids = files.map((it) => source.together?.archiveOf(it) ?? -1);
  const { sqlite } = source.together ?? source.open(files[0] as (typeof files)[number]);
  const together = summariseArchives(sqlite, source.shape, ids);
  expect(files.map((_, at) => together.get(ids[at] as number))).toEqual(
    files.map((it) => summariseFile(source.open(it).sqlite, source.shape)),
  );
  expect(
    [...together.values()]
      .flat()
      .map(({ failures, tokens }) => [failures, tokens])
      .sort(),
  ).toEqual([
    [0, 7],
    [1, 107],
    [2, 207],
  ]);
});
