import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lineage, lineageAt, readLineage, replayMigrations } from '@varve/migrations';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';

const migrations = [
  'CREATE TABLE calls (id integer PRIMARY KEY, tool text NOT NULL, took real)',
  "ALTER TABLE calls ADD COLUMN status text NOT NULL DEFAULT 'ok'",
  'ALTER TABLE calls RENAME COLUMN took TO duration_ms',
];

/** A folder with drizzle-kit migrations in `drizzle/`, a `varve.config.mjs`, and room for archives. */
export interface Workplace {
  readonly dir: string;
  readonly lineage: Lineage;
  /** Writes `archives/<name>` at a version, with one call of each tool; returns its path. */
  addArchive(name: string, version: number, ...tools: string[]): string;
  /** Writes a file as it is given; returns its path. */
  addFile(name: string, content: string): string;
}

export function makeWorkplace(): Workplace {
  const dir = mkdtempSync(join(tmpdir(), 'varve-cli-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'archives'));
  writeMigrations(join(dir, 'drizzle'));
  writeFileSync(
    join(dir, 'varve.config.mjs'),
    "export default { migrations: './drizzle', name: 'calls' };\n",
  );
  const lineage = readLineage(join(dir, 'drizzle'), { name: 'calls' });
  return {
    dir,
    lineage,
    addArchive: (name, version, ...tools) => addArchive(join(dir, 'archives', name), lineage, version, tools),
    addFile(name, content) {
      writeFileSync(join(dir, name), content);
      return join(dir, name);
    },
  };
}

function writeMigrations(dir: string): void {
  mkdirSync(join(dir, 'meta'), { recursive: true });
  const entries = migrations.map((sql, at) => {
    const tag = `000${at}_step`;
    writeFileSync(join(dir, `${tag}.sql`), `${sql};\n`);
    return { idx: at, version: '6', when: 1_700_000_000_000 + at, tag, breakpoints: true };
  });
  writeFileSync(
    join(dir, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'sqlite', entries }),
  );
}

function addArchive(path: string, lineage: Lineage, version: number, tools: readonly string[]): string {
  const sqlite = new Database(path);
  try {
    replayMigrations(sqlite, lineageAt(lineage, version));
    const insert = sqlite.prepare('INSERT INTO calls (tool) VALUES (?)');
    for (const tool of tools) insert.run(tool);
  } finally {
    sqlite.close();
  }
  return path;
}
