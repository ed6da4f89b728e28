import { dayOfName } from '@varve/core/internal';
import { FileList, type FoundFile } from '../find/index.ts';
import type { Partitioning } from './export-partitions.ts';

/** A file, and the partition that its rows are likely to be in; empty where that is not known before it is read. */
export interface PlacedFile {
  readonly file: FoundFile;
  readonly partition: string;
}

/**
 * Takes files in the order of the partitions that their rows are likely to be in, and of their paths: however they lie, few
 * files are made of a partition then, and what is new comes last. None of them is in memory.
 */
export async function* byPartition(
  files: AsyncIterable<FoundFile>,
  by: Partitioning | undefined,
): AsyncGenerator<PlacedFile> {
  if (by === undefined) {
    for await (const file of files) yield { file, partition: '' };
    return;
  }
  using list = new FileList();
  for await (const file of files) list.add(file, likelyPartition(file, by));
  for (const { file, kind } of list.listByKind()) yield { file, partition: kind };
}

/** By what a manifest tells of it, else by its name. */
function likelyPartition({ path, mtimeMs, known }: FoundFile, by: Partitioning): string {
  if (by === 'agent') return known?.agent ?? '';
  const start = new Date(known?.startedAtMs ?? Number.NaN);
  const day = Number.isNaN(start.getTime()) ? dayOfName(path, mtimeMs) : start.toISOString().slice(0, 10);
  return by === 'day' ? day : day.slice(0, day.lastIndexOf('-'));
}
