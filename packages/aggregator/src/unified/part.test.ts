import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { newNotes, streamFiles } from '../find/stream-files.ts';
import { makeFolder, writeArchive } from '../testing/archives.ts';
import { head, lineage } from '../testing/fixture-lineage.ts';
import { readUnifiedRows, unionOfUpgraded } from '../testing/unified-rows.ts';
import { readHeadTables } from './head-tables.ts';
import { PartFiller, partsInTurn } from './part.ts';
import { PartMerger } from './part-merger.ts';
import { openUnifiedFile } from './unified-file.ts';
import { UnifiedWriter } from './unified-writer.ts';

it('uses a part again for other archives, and the view takes over each', () => {
  const [archives, work] = [makeFolder(), makeFolder()];
  const dir = join(work, 'parts');
  mkdirSync(dir);
  const paths = Array.from({ length: 8 }, (_, at) =>
    writeArchive(join(archives, `${at}.db`), (at % head) + 1),
  );
  const sqlite = openUnifiedFile(join(work, 'u.db'), lineage);
  onTestFinished(() => void sqlite.close());
  const tables = readHeadTables(lineage);
  const merger = new PartMerger(new UnifiedWriter(sqlite, tables), tables);
  const filler = new PartFiller({ lineage, newer: 'refuse', dir });
  const parts = [...streamFiles(archives, newNotes())].map((file) => filler.fill([file]));
  expect(new Set(parts).size).toBe(partsInTurn);
  // All but the last were filled again since.
  expect(parts.slice(-partsInTurn).map((part) => merger.merge(part))).toEqual([true, true]);
  expect(readUnifiedRows(sqlite, lineage)).toEqual(unionOfUpgraded(paths.slice(-partsInTurn), lineage, work));
  filler.remove();
});
