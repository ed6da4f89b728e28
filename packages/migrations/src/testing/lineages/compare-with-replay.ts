import Database from 'better-sqlite3';
import { compileLens, type Lens } from '../../index.ts';
import {
  compileOrdinaryLens,
  installLens,
  installLensWhenNamed,
  refusalOnFile,
  registerFunctions,
} from '../../internal.ts';
import { readSchema } from '../../replay/read-schema.ts';
import { replayMigrations } from '../../replay/replay.ts';
import { replayRaw } from '../replay-raw.ts';
import { Dice } from './dice.ts';
import type { LineageSample } from './sample-lineage.ts';
import { everyCell, everyComparison, pickQuery } from './sample-queries.ts';
import { sampleTables, virtualTables } from './sample-schema.ts';

export interface Difference {
  readonly query: string;
  readonly replayed: unknown;
  readonly throughLens: unknown;
}

export type Comparison =
  | { readonly outcome: 'same'; readonly lens: Lens }
  | { readonly outcome: 'refused'; readonly lens: Lens }
  /** They differ, where SQLite gives out rowids at random: two replays would differ too. */
  | { readonly outcome: 'chance'; readonly lens: Lens }
  /** The migrations fail on these rows: there is nothing to compare with. */
  | { readonly outcome: 'replay fails'; readonly reason: string; readonly lens: Lens | undefined }
  | { readonly outcome: 'different'; readonly difference: Difference; readonly lens: Lens };

/** Reads a file through its lens and reads a replayed copy, and tells the first query that two answer differently. */
export function compareWithReplay(sample: Omit<LineageSample, 'rows'>): Comparison {
  const { lineage, from, image } = sample;
  const file = new Database(image);
  const copy = new Database(image);
  try {
    const lens = compileLens(lineage, from);
    try {
      replayMigrations(copy, lineage);
    } catch (error) {
      return {
        outcome: 'replay fails',
        reason: error instanceof Error ? error.message : String(error),
        lens,
      };
    }
    const astray = differenceFromRaw(sample, copy);
    if (astray) return { outcome: 'different', difference: astray, lens };
    registerFunctions(file, lineage);
    registerFunctions(copy, lineage);
    const apart = differenceOfOrdinary(sample, copy);
    if (apart) return { outcome: 'different', difference: apart, lens };
    if (refusalOnFile(file, lens)) return { outcome: 'refused', lens };
    installLensWhenNamed(file, lens);
    const difference = firstDifference(sample, file, copy);
    if (!difference) return { outcome: 'same', lens };
    const isChance = lens.stages.length > 0 && [image, copy.serialize()].some(holdsLastRowid);
    return isChance ? { outcome: 'chance', lens } : { outcome: 'different', difference, lens };
  } finally {
    file.close();
    copy.close();
  }
}

/** What the connection did before is another thing beside a ledger, and where nobody makes the last rowid. */
const ofConnection = /last_insert_rowid|changes\(/;

/**
 * Where varve's replay differs from what the statements do by themselves, in objects or rows; undefined where SQLite alone
 * fails, as on a reference that is whole again later.
 */
function differenceFromRaw(
  { lineage, from, image }: Omit<LineageSample, 'rows'>,
  copy: Database.Database,
): Difference | undefined {
  const pending = lineage.migrations.slice(from);
  if (pending.some(({ sql }) => ofConnection.test(sql)) || holdsLastRowid(copy.serialize())) return undefined;
  const raw = new Database(image);
  try {
    registerFunctions(raw, lineage);
    for (const { sql } of pending) replayRaw(raw, sql, lineage.foreignKeys);
  } catch {
    raw.close();
    return undefined;
  }
  try {
    const objects = [copy, raw].map((sqlite) =>
      readSchema(sqlite).map(({ type, name, sql }) => [type, name, sql]),
    );
    const difference = { query: 'the schema', replayed: objects[0], throughLens: objects[1] };
    if (JSON.stringify(objects[0]) !== JSON.stringify(objects[1])) return difference;
    return firstDifference({ queryThrows: [] }, raw, copy);
  } finally {
    raw.close();
  }
}

/** Where the lens of the ordinary tables alone says something else of them; rowids given out at random set aside. */
function differenceOfOrdinary(
  { lineage, from, image }: Omit<LineageSample, 'rows'>,
  copy: Database.Database,
): Difference | undefined {
  const lens = compileOrdinaryLens(lineage, from);
  const file = new Database(image);
  try {
    if (lens === compileLens(lineage, from) || refusalOnFile(file, lens)) return undefined;
    if (lens.stages.length > 0 && [image, copy.serialize()].some(holdsLastRowid)) return undefined;
    registerFunctions(file, lineage);
    installLens(file, lens);
    for (const { name, columns } of sampleTables(copy)) {
      const query = everyCell(
        name,
        columns.map((column) => column.name),
      );
      const [replayed, throughLens] = [answer(copy, query), answer(file, query)];
      if (JSON.stringify(replayed) !== JSON.stringify(throughLens)) return { query, replayed, throughLens };
    }
    return undefined;
  } finally {
    file.close();
  }
}

/** After the largest rowid there is no next one: https://www.sqlite.org/autoinc.html */
function holdsLastRowid(image: Buffer): boolean {
  const sqlite = new Database(image);
  try {
    return sampleTables(sqlite).some(({ name, sql }) => {
      if (/WITHOUT ROWID/.test(sql)) return false;
      const rows = `SELECT 1 FROM "${name.replaceAll('"', '""')}" WHERE rowid >= 9223372036854775806`;
      return sqlite.prepare(rows).get() !== undefined;
    });
  } finally {
    sqlite.close();
  }
}

function firstDifference(
  sample: Pick<LineageSample, 'queryThrows'>,
  file: Database.Database,
  copy: Database.Database,
): Difference | undefined {
  for (const query of queriesOf(sample, copy)) {
    const replayed = answer(copy, query);
    const throughLens = answer(file, query);
    if (JSON.stringify(replayed) !== JSON.stringify(throughLens)) return { query, replayed, throughLens };
  }
  return undefined;
}

function* queriesOf(
  { queryThrows }: Pick<LineageSample, 'queryThrows'>,
  copy: Database.Database,
): Generator<string> {
  const tables = sampleTables(copy);
  for (const table of [...tables, ...virtualTables(copy)]) {
    yield `SELECT * FROM "${table.name.replaceAll('"', '""')}" LIMIT 0`;
    yield everyCell(
      table.name,
      table.columns.map((column) => column.name),
    );
  }
  for (const [at, table] of tables.entries()) yield everyComparison(table, tables[at + 1] ?? table);
  const views = copy.prepare(`SELECT name FROM sqlite_schema WHERE type = 'view'`).pluck().all() as string[];
  for (const view of views) {
    const columns = columnsOfView(copy, view);
    if (columns) yield everyCell(view, columns);
  }
  if (tables.length === 0) return;
  for (const thrown of queryThrows) yield pickQuery(new Dice(thrown), tables);
}

/** Undefined for a view that has lost its table: it fails in a replayed file too. */
function columnsOfView(copy: Database.Database, view: string): string[] | undefined {
  try {
    return copy
      .prepare(`SELECT * FROM "${view}"`)
      .columns()
      .map((column) => column.name);
  } catch {
    return undefined;
  }
}

/** The names of the columns and the rows; without ORDER BY the rows' own order says nothing. */
function answer(sqlite: Database.Database, query: string): unknown {
  try {
    const statement = sqlite.prepare(query).safeIntegers().raw();
    const names = /^SELECT \* /.test(query) ? statement.columns().map((column) => column.name) : [];
    const rows = (statement.all() as unknown[][]).map((row) => JSON.stringify(row, bigintAsText));
    return { names, rows: query.includes(' ORDER BY ') ? rows : rows.sort() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
