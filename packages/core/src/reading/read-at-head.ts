import type { Lens, LensRefusal, Lineage } from '@varve/migrations';
import {
  compileLens,
  installLens,
  refusalOnFile,
  registerFunctions,
  replayMigrations,
} from '@varve/migrations/internal';
import { type FileState, openPrivateCopy, type Source } from '../source/index.ts';
import { type ReadingPlan, uniformPlan } from './reading-plan.ts';

export interface ReadAtHeadOptions {
  readonly lineage: Lineage;
  readonly version: number;
  readonly path: string;
  readonly state: FileState;
}

export type Reading = Source & { readonly plan: ReadingPlan };

/** Makes head's queries run over a file of any version: as it is, through its lens, or by replay on a private copy. */
export function readAtHead(source: Source, options: ReadAtHeadOptions): Reading {
  const { lineage, version } = options;
  registerFunctions(source.sqlite, lineage);
  const newerBy = version - lineage.migrations.length;
  if (newerBy === 0) return { ...source, plan: uniformPlan(lineage, 'identity', source.copy) };
  if (newerBy > 0) {
    const why = `the file is ${newerBy} migration(s) newer; all that head knows is still there`;
    return { ...source, plan: uniformPlan(lineage, 'identity', source.copy, why) };
  }
  const lens = compileLens(lineage, version);
  const refusal = refusalOnFile(source.sqlite, lens);
  return refusal ? readReplayed(source, options, refusal) : readThroughLens(source, lens);
}

function readThroughLens(source: Source, lens: Lens): Reading {
  installLens(source.sqlite, lens);
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
    // If the replay fails the copy is thrown away: it needs no journal.
    own.sqlite.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF');
    replayMigrations(own.sqlite, lineage, path);
  } catch (error) {
    own.close();
    throw error;
  }
  const why = `${refusal.migration}: ${refusal.reason}`;
  return { ...own, plan: uniformPlan(lineage, 'replayed', own.copy, why) };
}
