import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openArchive } from '@varve/core';
import {
  defineLineage,
  type Lineage,
  lineageAt,
  replayMigrations,
  type TableModule,
} from '@varve/migrations';
import { type LockedType, nameAtHead, openMemory, quoteIdentifier } from '@varve/migrations/internal';
import type { Problem } from '../output/index.ts';
import { type ColumnType, readColumnTypes, typeNarrowing } from './column-types.ts';
import type { Project } from './load-project.ts';

/** The types of a project's columns today; undefined where its schema cannot be loaded. */
export async function readProjectTypes(
  project: Project,
  lineage: Lineage,
): Promise<ColumnType[] | undefined> {
  try {
    const modules = await Promise.all(project.schemaFiles.map((file) => import(pathToFileURL(file).href)));
    const tables: TableModule = Object.assign({}, ...modules);
    // It gives columns the names that they have in the migrations.
    defineLineage({ name: lineage.name, tables, migrations: lineage.migrations });
    return readColumnTypes(tables);
  } catch {
    return undefined;
  }
}

/** A problem where rows of golden archives do not fit a type any more, a warning where others may not. */
export interface TypeFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export interface TypeCheck {
  /** Undefined where the schema cannot be loaded. */
  readonly types: readonly ColumnType[] | undefined;
  /** Undefined where nothing is known of before. */
  readonly locked: readonly LockedType[] | undefined;
  /** How many migrations were locked with them. */
  readonly version: number;
}

/** What changed in the types since they were locked, and how many rows of the golden archives that breaks. */
export function checkTypes(
  project: Project,
  lineage: Lineage,
  { types = [], locked, version }: TypeCheck,
): TypeFindings {
  if (!locked) return { problems: [], warnings: [] };
  const before = typesBefore(lineage, version, locked);
  const narrowed = types.flatMap((type) => {
    const was = before.get(`${type.table}.${type.column}`.toLowerCase());
    const reason = was && typeNarrowing(was.text, type.text);
    return reason ? [{ type, reason }] : [];
  });
  const golden = narrowed.length > 0 ? globSync('golden/*.db', { cwd: project.dir }).sort() : [];
  const found = narrowed.map(({ type, reason }) => {
    const counted = golden.map((path) => ({
      path,
      rows: countMisfits(join(project.dir, path), lineage, type),
    }));
    return problemOf(type, reason, counted);
  });
  return {
    problems: found.filter(({ rows }) => rows > 0).map(({ problem }) => problem),
    warnings: found.filter(({ rows }) => rows === 0).map(({ problem }) => problem),
  };
}

interface GoldenCount {
  readonly path: string;
  readonly rows: number;
}

function problemOf(
  { table, column }: ColumnType,
  reason: string,
  golden: readonly GoldenCount[],
): { readonly rows: number; readonly problem: Problem } {
  const rows = golden.reduce((sum, count) => sum + count.rows, 0);
  const names = golden.filter((it) => it.rows > 0).map(({ path }) => path);
  const broken = `${rows} row(s) of ${golden.length} golden archive(s) do not fit`;
  const problem: Problem = {
    code: 'TYPE_NARROWED',
    path: `${table}.${column}`,
    message: [`${reason}; ${broken}`, ...(rows > 0 ? [names.join(', ')] : [])].join(': '),
    hint: 'mend old rows that do not fit in a migration (varve generate NAME --custom), or let the type take them',
  };
  return { rows, problem };
}

/** What each column that files of a version have took, by the `table.column` that it is called by now, in lower case. */
function typesBefore(
  lineage: Lineage,
  version: number,
  locked: readonly LockedType[],
): ReadonlyMap<string, { readonly text: string | undefined }> {
  return new Map(
    columnsAt(lineage, version).flatMap((column) => {
      const now = nameAtHead(lineage, version, column);
      const text = locked.find(({ name }) => name === `${column.table}.${column.column}`)?.text;
      return now ? [[`${now.table}.${now.column}`, { text }] as const] : [];
    }),
  );
}

interface ColumnName {
  readonly table: string;
  readonly column: string;
}

function columnsAt(lineage: Lineage, version: number): ColumnName[] {
  const sqlite = openMemory();
  try {
    replayMigrations(sqlite, lineageAt(lineage, version));
    return sqlite
      .prepare<[], ColumnName>(
        `SELECT t.name AS "table", c.name AS "column"
         FROM sqlite_schema AS t, pragma_table_xinfo(t.name) AS c WHERE t.type = 'table'`,
      )
      .all();
  } finally {
    sqlite.close();
  }
}

/** An archive that cannot be read at all is for the golden test to name. */
function countMisfits(path: string, lineage: Lineage, { table, column, takes }: ColumnType): number {
  try {
    using archive = openArchive(path, { lineage });
    const [name, from] = [quoteIdentifier(column), quoteIdentifier(table)];
    const values = archive.sqlite
      .prepare(`SELECT ${name} FROM ${from} WHERE ${name} IS NOT NULL`)
      .pluck()
      .all();
    return values.filter((value) => !takes(value)).length;
  } catch {
    return 0;
  }
}
