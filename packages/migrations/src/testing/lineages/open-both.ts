import Database from 'better-sqlite3';
import { compileLens } from '../../lens/compile-lens.ts';
import { installLens } from '../../lens/install-lens.ts';
import type { Lens } from '../../lens/lens.ts';
import { type Lineage, lineageAt } from '../../lineage/lineage.ts';
import { registerFunctions } from '../../lineage/register-functions.ts';
import { replayMigrations } from '../../replay/replay.ts';

export interface Both extends Disposable {
  readonly lens: Lens;
  /** The file at its old version, under the lens. */
  readonly file: Database.Database;
  /** A copy of it, replayed. */
  readonly copy: Database.Database;
  /** What a query answers through the lens and in the replayed copy. */
  ask(query: string): { throughLens: unknown; replayed: unknown };
}

/** A file of version 1 that holds some rows, read both ways. */
export function openBoth(lineage: Lineage, rows: string, from = 1): Both {
  const file = new Database(':memory:');
  replayMigrations(file, lineageAt(lineage, from));
  file.pragma('foreign_keys = OFF');
  file.exec(rows);
  const copy = new Database(file.serialize());
  replayMigrations(copy, lineage);
  registerFunctions(file, lineage);
  registerFunctions(copy, lineage);
  const lens = compileLens(lineage, from);
  installLens(file, lens);
  return {
    lens,
    file,
    copy,
    ask: (query) => ({ throughLens: rowsOf(file, query), replayed: rowsOf(copy, query) }),
    [Symbol.dispose]() {
      file.close();
      copy.close();
    },
  };
}

function rowsOf(sqlite: Database.Database, query: string): unknown {
  return sqlite.prepare(query).safeIntegers().raw().all();
}
