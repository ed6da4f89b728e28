import { existsSync, readFileSync } from 'node:fs';
import type { Lineage } from '@varve/migrations';
import { snapshotFile } from '@varve/migrations/internal';
import { z } from 'zod';
import type { Project } from './load-project.ts';

const snapshotSchema = z.object({ prevId: z.string().optional(), prevIds: z.array(z.string()).optional() });

/**
 * The migrations that begin at the same one, as two branches leave them: drizzle-kit 1.0 lets a lineage fork where it
 * thinks the order does not matter, but archives of one side have not had the other. A fork of migrations that were all
 * there before varve is left alone.
 */
export function findFork(
  { migrationsDir }: Project,
  { migrations }: Lineage,
  adopted: ReadonlySet<string>,
): string[] | undefined {
  const children = Map.groupBy(
    migrations.flatMap(({ name }) => parentsOf(migrationsDir, name).map((parent) => ({ name, parent }))),
    ({ parent }) => parent,
  );
  const forks = [...children.values()].map((siblings) => siblings.map(({ name }) => name));
  return forks.find((names) => names.length > 1 && names.some((name) => !adopted.has(name)));
}

function parentsOf(migrationsDir: string, name: string): string[] {
  const path = snapshotFile(migrationsDir, name);
  if (!existsSync(path)) return [];
  const { prevId, prevIds } = snapshotSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return prevIds ?? (prevId === undefined ? [] : [prevId]);
}
