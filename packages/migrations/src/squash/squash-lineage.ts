import { isDeepStrictEqual } from 'node:util';
import { VarveError } from '@varve/schema/errors';
import { openMemory } from '../driver/index.ts';
import {
  type BaselineHeader,
  isBaseline,
  ledgerSteps,
  readBaselineHeader,
  renderBaselineHeader,
} from '../ledger/index.ts';
import { acceptedHashes, type Lineage, lineageAt, type Migration } from '../lineage/index.ts';
import { changesRows, findNonDeterministic } from '../lint/index.ts';
import { replayMigrations } from '../replay/index.ts';
import { quoteIdentifier, splitStatements } from '../sql/index.ts';
import { type ContentTable, type DatabaseContent, readContent, type Sequence } from './database-content.ts';

/**
 * The lineage with its first migrations folded into one baseline, which keeps the last one's name and stamp: what was
 * version `through` is version 1. A file that has had all of them is read as before, and says the same in its ledger
 * and its header as a new one; a file that has had some is `squashed`. Rows that the migrations write into an empty
 * database are written by the baseline.
 *
 * @throws SQUASH_REFUSED when no script of `CREATE` and `INSERT` does what the migrations do.
 *
 * @example
 * ```ts
 * import { defineLineage, squashLineage } from '@varve/migrations';
 *
 * const lineage = defineLineage({
 *   name: 'notes',
 *   tables: {},
 *   migrations: [
 *     { name: '0000_notes', createdAtMs: 1, sql: 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)' },
 *     { name: '0001_tags', createdAtMs: 2, sql: "ALTER TABLE notes ADD tag TEXT DEFAULT 'none'" },
 *   ],
 * });
 * console.log(squashLineage(lineage, 2).migrations.length); // 1
 * ```
 */
export function squashLineage<TLineage extends Lineage>(lineage: TLineage, through: number): TLineage {
  const folded = lineage.migrations.slice(0, through);
  const last = folded.at(-1);
  if (!last || folded.length < 2) throw squashRefused(lineage, 'there are no two migrations to fold');
  const made = contentAt(lineage, through);
  assertSameEveryDay(lineage, folded, made);
  assertRendered(lineage, made);
  const sql = renderBaselineHeader(headerOf(folded)) + renderScript(made);
  const squashed = { ...lineage, migrations: [{ ...last, sql }, ...lineage.migrations.slice(through)] };
  assertSameContent(squashed, made);
  return squashed;
}

function headerOf(folded: readonly Migration[]): BaselineHeader {
  const first = folded[0] as Migration;
  const { folded: before, earlier } = readBaselineHeader(first);
  const itself = { hashes: acceptedHashes(first), count: before.length };
  const steps = folded.flatMap(ledgerSteps).map((step) => ({ ...step, hashes: [...new Set(step.hashes)] }));
  return { folded: steps, earlier: isBaseline(first) ? [...earlier, itself] : [] };
}

/** What the first migrations make of an empty database. */
function contentAt(lineage: Lineage, version: number): DatabaseContent {
  const sqlite = openMemory();
  try {
    replayMigrations(sqlite, lineageAt(lineage, version));
    return readContent(sqlite);
  } finally {
    sqlite.close();
  }
}

function assertRendered(lineage: Lineage, { virtuals }: DatabaseContent): void {
  const lost = virtuals.find(({ script }) => script === undefined);
  if (lost)
    throw squashRefused(
      lineage,
      `the migrations write into ${lost.name}, which does not keep what it was given`,
    );
}

/** Indexes and triggers come after the rows, as they were not there, or did their work, when these were written. */
function renderScript({ tables, others, virtuals }: DatabaseContent): string {
  const statements = [
    ...tables.map(({ sql }) => sql),
    ...tables.flatMap(renderRows),
    ...others.map(({ sql }) => sql),
    ...virtuals.flatMap(({ script }) => script ?? []),
  ];
  return `${statements.join(';\n--> statement-breakpoint\n')};\n`;
}

function renderRows({ name, columns, rows }: ContentTable): string[] {
  const target = `${quoteIdentifier(name)} (${columns.map(quoteIdentifier).join(', ')})`;
  return rows.map((cells) => `INSERT INTO ${target} VALUES (${cells.join(', ')})`);
}

/** Rows that were another each time, as those with a time of day, would be the same from now on. */
function assertSameEveryDay(
  lineage: Lineage,
  folded: readonly Migration[],
  { tables, virtuals }: DatabaseContent,
): void {
  const filled = tables.filter(({ rows }) => rows.length > 0);
  if (filled.length === 0 && virtuals.every(({ rows }) => rows.length === 0)) return;
  const changes = folded.flatMap(({ sql }) => splitStatements(sql)).filter(changesRows);
  const defaults = filled.flatMap(({ sql }) => splitStatements(sql));
  const word = [...changes, ...defaults].map(findNonDeterministic).find((token) => token !== undefined);
  if (word)
    throw squashRefused(lineage, `the migrations write rows that ${word.text} makes different each time`);
}

function assertSameContent(squashed: Lineage, made: DatabaseContent): void {
  const again = contentAgain(squashed);
  const objectsOf = ({ tables, shadows, virtuals, others }: DatabaseContent) => [
    ...tables,
    ...shadows,
    ...virtuals,
    ...others,
  ];
  const found = objectsOf(again);
  const different = objectsOf(made).find(
    (object) => !found.some((other) => isDeepStrictEqual(object, other)),
  );
  if (different) throw squashRefused(squashed, `${different.name} would come out different`);
  const isAsked = squashed.migrations.some(({ sql }) => /\bsqlite_sequence\b/i.test(sql));
  const [before, after] = [made, again].map(({ sequences }) =>
    isAsked ? sequences : sequences.filter(hasCounted),
  );
  if (!isDeepStrictEqual(before, after)) {
    throw squashRefused(squashed, 'AUTOINCREMENT would go on from another number');
  }
}

/** A rebuild of a table without rows leaves a count of none, which is as good as no count. */
function hasCounted({ seq }: Sequence): boolean {
  return seq !== 0;
}

function contentAgain(squashed: Lineage): DatabaseContent {
  try {
    return contentAt(squashed, 1);
  } catch (error) {
    if (!(error instanceof VarveError)) throw error;
    throw squashRefused(squashed, `what is left of them does not run: ${error.message}`);
  }
}

function squashRefused({ name }: Lineage, reason: string): VarveError {
  return new VarveError('SQUASH_REFUSED', `the migrations of lineage ${name} cannot be folded: ${reason}`, {
    hint: 'fold fewer of them with --through NAME, or leave them as they are',
  });
}
