import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openUnified } from '@varve/aggregator';
import type { Lineage } from '@varve/migrations';
import { compare } from './compare.ts';
import { productLineage } from './products/product-lineage.ts';
import { writeProductFile } from './products/write-product-file.ts';
import { librarian } from './products/written/librarian.ts';
import { printFigures, printTitle } from './report.ts';
import { runScript, scriptOfSameSchema } from './unify-same-schema.ts';

/** Unifies archives at head beside a script that keeps the same keys and indexes. */
export async function unifyAtHead(
  title: string,
  dir: string,
  { archives, lineage }: { readonly archives: string; readonly lineage: Lineage },
): Promise<void> {
  const file = join(dir, 'at-head.db');
  const remove = () => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
  };
  const unify = async () => {
    remove();
    const unified = await openUnified(file, { lineage, archives });
    if (unified.problems.length > 0) throw new Error(unified.problems[0]?.message);
    unified.close();
  };
  await unify();
  const script = scriptOfSameSchema(file, archives);
  const prepare = () => {
    remove();
    spawnSync('sync');
  };
  printTitle(title);
  const contestants = [
    {
      name: 'sqlite3, ATTACH; INSERT … SELECT, the same keys and indexes',
      run: () => runScript(file, script),
    },
    { name: 'varve openUnified', run: unify },
  ];
  printFigures(await compare(contestants, { rounds: 3, warmup: 0, prepare }));
}

/** Archives of a product whose notes are found by a full-text table. */
export function writeSearchedArchives(archives: string, count: number): Lineage {
  mkdirSync(archives, { recursive: true });
  const lineage = productLineage(librarian);
  const model = join(archives, '0.db');
  writeProductFile(model, { ...librarian, isWal: false }, lineage, lineage.migrations.length);
  for (let at = 1; at < count; at++) copyFileSync(model, join(archives, `${at}.db`));
  return lineage;
}
