import { join } from 'node:path';
import { createSession, openSession } from '@varve/core';
import { standardLineage } from '@varve/migrations';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { writeDrizzleFolder } from '../../packages/migrations/src/testing/write-drizzle-folder.ts';
import { makeBenchDir } from './bench-files.ts';
import { compare } from './compare.ts';
import { printFigures, printTitle } from './report.ts';

const readOne = 'SELECT * FROM sessions';

/** Opening a session that is at head and reading its row, each in the way its users do it. */
export async function run(): Promise<void> {
  const dir = makeBenchDir();
  const folder = writeDrizzleFolder(join(dir, 'drizzle'), standardLineage);
  const session = createSession(dir, { lineage: standardLineage, session: { agentName: 'bench' } });
  const path = session.path;
  session.close();
  printTitle('Open a session at head, read its row, close');
  printFigures(
    await compare([
      { name: 'better-sqlite3, WAL, synchronous=FULL', run: () => openBare(path) },
      { name: 'varve openSession', run: () => openWithVarve(path) },
      { name: 'drizzle() and migrate()', run: () => openWithMigrate(path, folder) },
    ]),
  );
}

function openBare(path: string): void {
  const sqlite = new Database(path);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.prepare(readOne).get();
  sqlite.close();
}

function openWithVarve(path: string): void {
  const session = openSession(path, { lineage: standardLineage });
  session.sqlite.prepare(readOne).get();
  session.close();
}

function openWithMigrate(path: string, folder: string): void {
  const sqlite = new Database(path);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  migrate(drizzle(sqlite), { migrationsFolder: folder });
  sqlite.prepare(readOne).get();
  sqlite.close();
}
