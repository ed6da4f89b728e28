import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lineage } from '../lineage/lineage.ts';

/** Writes a lineage as drizzle-kit 0.31 lays it out, so that Drizzle's own migrator can run it. */
export function writeDrizzleFolder(dir: string, lineage: Lineage): string {
  mkdirSync(join(dir, 'meta'), { recursive: true });
  const entries = lineage.migrations.map(({ name, createdAtMs }, idx) => {
    return { idx, version: '6', when: createdAtMs, tag: name, breakpoints: true };
  });
  writeFileSync(
    join(dir, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'sqlite', entries }),
  );
  for (const { name, sql } of lineage.migrations) writeFileSync(join(dir, `${name}.sql`), sql);
  return dir;
}
