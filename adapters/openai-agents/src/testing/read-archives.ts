import { globSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';

/** What each of the archives in a folder holds, when those that are being sealed are. */
export function readArchives(dir: string) {
  return globSync('*.db', { cwd: dir })
    .sort()
    .map((name) => readAll(join(dir, name)));
}

function readAll(path: string) {
  using archive = openArchive(path, { lineage });
  const { sessions, messages, modelCalls, toolCalls, decisions, intermediateResults, outputs } =
    lineage.tables;
  return {
    session: archive.db.select().from(sessions).get(),
    messages: archive.db.select().from(messages).all(),
    modelCalls: archive.db.select().from(modelCalls).all(),
    toolCalls: archive.db.select().from(toolCalls).all(),
    decisions: archive.db.select().from(decisions).all(),
    kept: archive.db.select().from(intermediateResults).all(),
    outputs: archive.db.select().from(outputs).all(),
  };
}
