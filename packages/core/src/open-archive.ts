import { resolve } from 'node:path';
import {
  assertIdentified,
  identifyFile,
  type Lineage,
  replayMigrations,
  type TableModule,
} from '@varve/migrations';
import { Archive } from './archive.ts';
import { assertShape } from './assert-shape.ts';
import { onFile } from './file-error.ts';
import { type FileState, inspectFile } from './file-state.ts';
import { type Database, openDatabase } from './open-database.ts';
import { openPrivateCopy, type Source } from './private-copy.ts';
import { type ReadingPlan, uniformPlan } from './reading-plan.ts';

export interface OpenArchiveOptions<TTables extends TableModule> {
  readonly lineage: Lineage<TTables>;
}

/**
 * Opens a file of any version to read it at head. Neither the file nor its folder is changed, whatever the version and
 * whatever a crash left beside it; `plan` says how it is done.
 *
 * @throws VERSION_AHEAD, VERSION_DIVERGED, MIGRATION_EDITED, VERSION_FOREIGN, VERSION_UNSTAMPED; SCHEMA_MISMATCH;
 * the codes of `readHeader`; FILE_CHANGED, FILE_BUSY; MIGRATION_FAILED where the file must be replayed and cannot be
 */
export function openArchive<TTables extends TableModule>(
  path: string,
  { lineage }: OpenArchiveOptions<TTables>,
): Archive<TTables> {
  const file = resolve(path);
  return onFile(file, () => {
    const state = inspectFile(file);
    return closeOnError(openSource(file, state), (source) => {
      const version = identify(source.sqlite, lineage, file);
      const isAtHead = version === lineage.migrations.length;
      const reading = isAtHead ? readAtHead(source, lineage) : readReplayed(file, state, source, lineage);
      reading.sqlite.exec('PRAGMA query_only = ON');
      return new Archive({ path: file, version, tables: lineage.tables, ...reading });
    });
  });
}

type Reading = Source & { readonly plan: ReadingPlan };

export function openSource(path: string, state: FileState): Source {
  if (state.kind !== 'sealed') return openPrivateCopy(path, state);
  const sqlite = openDatabase(path, { readonly: true });
  return { sqlite, copy: 'none', close: () => sqlite.close() };
}

export function identify(sqlite: Database, lineage: Lineage, path: string): number {
  const identity = identifyFile(sqlite, lineage);
  assertIdentified(identity, lineage, path);
  assertShape(sqlite, lineage, identity.version, path);
  return identity.version;
}

function readAtHead(source: Source, lineage: Lineage): Reading {
  return { ...source, plan: uniformPlan(lineage, 'identity', source.copy) };
}

function readReplayed(path: string, state: FileState, source: Source, lineage: Lineage): Reading {
  if (source.copy === 'none') source.close();
  const own = source.copy === 'none' ? openPrivateCopy(path, state) : source;
  return closeOnError(own, () => {
    own.sqlite.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF');
    replayMigrations(own.sqlite, lineage, path);
    return { ...own, plan: uniformPlan(lineage, 'replayed', own.copy) };
  });
}

export function closeOnError<T>(source: Source, work: (source: Source) => T): T {
  try {
    return work(source);
  } catch (error) {
    source.close();
    throw error;
  }
}
