import { globSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '@varve/core';
import { finishSeals } from '@varve/core/internal';
import { standardLineage as lineage } from '@varve/migrations';

/** What each of the archives in a folder of live sessions holds, when those that are being sealed are. */
export function readArchives(dir: string) {
  finishSeals();
  return globSync('archives/*.db', { cwd: dir }).map((name) => readArchive(join(dir, name)));
}

export function readArchive(path: string) {
  using archive = openArchive(path, { lineage });
  const { sessions, messages, modelCalls, toolCalls, outputs } = lineage.tables;
  return {
    session: archive.db.select().from(sessions).get(),
    messages: archive.db.select().from(messages).all(),
    modelCalls: archive.db.select().from(modelCalls).all(),
    toolCalls: archive.db.select().from(toolCalls).all(),
    outputs: archive.db.select().from(outputs).all(),
  };
}
