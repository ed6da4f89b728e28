import type { Lens, LensRefusal, Lineage } from '@varve/migrations';
import {
  compileLens,
  installLens,
  installLensWhenNamed,
  quoteIdentifier,
  refusalOnFile,
  registerFunctions,
  replayMigrations,
} from '@varve/migrations/internal';
import { VarveError } from '@varve/schema/errors';
import { columnsAt, type Database, describeTable, findShapeDifferences } from '../file/index.ts';
import { type FileState, openPrivateCopy, type Source } from '../source/index.ts';
import { type ReadingPlan, uniformPlan } from './reading-plan.ts';

export interface ReadAtHeadOptions {
  readonly lineage: Lineage;
  readonly version: number;
  readonly path: string;
  readonly state: FileState;
  /** Of those who ask a replay where the lens shows something else than expected. */
  readonly despiteStatistics?: boolean;
  /** Why it is to be a replay, whatever the lens can show. */
  readonly withoutLens?: string | undefined;
}

export type Reading = Source & { readonly plan: ReadingPlan };

/** Makes head's queries run over a file of any version: as it is, through its lens, or by replay on a private copy. */
export function readAtHead(source: Source, options: ReadAtHeadOptions): Reading {
  const { lineage, version } = options;
  registerFunctions(source.sqlite, lineage);
  const newerBy = version - lineage.migrations.length;
  if (newerBy === 0) return readAsItLies(source, lineage);
  if (newerBy > 0) {
    const why = `the file is ${newerBy} migration(s) newer; all that head knows is still there`;
    return { ...source, plan: uniformPlan(lineage, 'identity', source.copy, why) };
  }
  const lens = compileLens(lineage, version);
  const { withoutLens: reason } = options;
  const refusal = reason
    ? { migration: '', statement: '', reason }
    : findRefusal(source.sqlite, lens, options);
  if (refusal) return readReplayed(source, options, refusal);
  try {
    return readThroughLens(source, lens);
  } catch (error) {
    if (!(error instanceof VarveError && error.code === 'MIGRATION_FAILED')) throw error;
    // By an index that the file has not yet, a replay may not meet the rows that the lens stumbles over.
    return readReplayed(source, options, { migration: '', statement: '', reason: error.message });
  }
}

/** Why a file behind head cannot be read through a lens. */
export function findRefusal(
  sqlite: Database,
  lens: Lens,
  { lineage, version, despiteStatistics = false }: Omit<ReadAtHeadOptions, 'path' | 'state' | 'withoutLens'>,
): LensRefusal | undefined {
  return refusalOnFile(sqlite, lens, { despiteStatistics }) ?? refusalByShape(sqlite, { lineage, version });
}

function readAsItLies(source: Source, lineage: Lineage): Reading {
  const ordered = orderColumns(source.sqlite, lineage);
  const why = ordered.length > 0 ? `its columns lie in another order: ${ordered.join(', ')}` : undefined;
  return { ...source, plan: uniformPlan(lineage, 'identity', source.copy, why) };
}

function refusalByShape(
  sqlite: Database,
  { lineage, version }: Pick<ReadAtHeadOptions, 'lineage' | 'version'>,
): LensRefusal | undefined {
  const [table] = findShapeDifferences(sqlite, lineage, version).alike;
  if (table === undefined) return undefined;
  const migration = lineage.migrations[version]?.name ?? '';
  return { migration, statement: '', reason: `the file declares ${table} in a way of its own` };
}

/** Lays head's order of columns over tables that have another. Returns their names. */
function orderColumns(sqlite: Database, lineage: Lineage): string[] {
  const head = lineage.migrations.length;
  return findShapeDifferences(sqlite, lineage, head).alike.filter((table) => {
    const columns = columnsAt(lineage, head, table);
    const actual = describeTable(sqlite, table).map(({ name }) => name);
    const isOrdered = columns.every((column, at) => column.toLowerCase() === actual[at]?.toLowerCase());
    const name = quoteIdentifier(table);
    const list = columns.map(quoteIdentifier).join(', ');
    if (!isOrdered) sqlite.exec(`CREATE TEMP VIEW ${name} AS SELECT ${list} FROM main.${name}`);
    return !isOrdered;
  });
}

function readThroughLens(source: Source, lens: Lens): Reading {
  // A copy is kept from being written, TEMP too.
  const install = source.copy === 'none' ? installLensWhenNamed : installLens;
  install(source.sqlite, lens);
  const tables = lens.tables.map(({ name, strategy, why }) => ({ name, strategy, why }));
  return { ...source, plan: { strategy: 'lens', copy: source.copy, tables, why: undefined } };
}

function readReplayed(
  source: Source,
  { lineage, path, state }: ReadAtHeadOptions,
  refusal: LensRefusal,
): Reading {
  const own = source.copy === 'none' ? openPrivateCopy(path, state) : source;
  if (own !== source) source.close();
  try {
    // If the replay fails the copy is thrown away: it need not last.
    own.sqlite.exec('PRAGMA synchronous = OFF');
    replayMigrations(own.sqlite, lineage, path);
  } catch (error) {
    own.close();
    throw error;
  }
  orderColumns(own.sqlite, lineage);
  const why = refusal.migration ? `${refusal.migration}: ${refusal.reason}` : refusal.reason;
  return { ...own, plan: uniformPlan(lineage, 'replayed', own.copy, why) };
}
