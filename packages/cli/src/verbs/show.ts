import { existsSync, statSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { readUnified } from '@varve/aggregator';
import { type Archive, openArchive, type ReadingPlan, readHeader, rehearseUpgrade } from '@varve/core';
import { errorOfObject, fetchObject, isStoreUrl, onFile } from '@varve/core/internal';
import type { Lineage } from '@varve/migrations';
import { type Database, quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import type { Command } from 'commander';
import {
  addNewerOption,
  defineVerb,
  type NewerOptions,
  readNewer,
  type VerbResult,
} from '../command/index.ts';
import { countOf, formatSize, renderTable } from '../output/index.ts';

/** What `varve show` knows about a file. */
interface Shown {
  readonly path: string;
  readonly sizeBytes: number;
  readonly lineage: string;
  readonly version: number;
  readonly head: number;
  /** The last migration the file has had. */
  readonly migration: string | undefined;
  readonly pending: readonly string[];
  readonly plan: ReadingPlan;
  /** True of a file in WAL mode with no WAL beside it: closed well, or copied without it. */
  readonly lacksWal: boolean;
  /** Rows at head, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** True when the pending migrations were replayed on a copy; undefined when that was not asked for. */
  readonly isUpgradable?: true;
}

interface ShowOptions extends NewerOptions {
  readonly check?: boolean;
  readonly html?: string;
}

export function defineShow(command: Command): void {
  addNewerOption(command);
  command
    .option('--check', 'replay the pending migrations on a copy, and fail as an upgrade would')
    .option('--html <out>', 'write the session as one HTML file, to be opened anywhere, offline');
  defineVerb<ShowOptions>(command, async (context, [file = ''], options) => {
    const { check, html } = options;
    const view = html ? undefined : readUnified(file);
    if (view) return showView(view, file);
    const lineage = await context.loadLineage();
    const local = await fetchObject(file);
    try {
      if (check) rehearseUpgrade(local, { lineage });
      if (html !== undefined) return await saveHtml(file, html, lineage);
      const shown = {
        ...readShown(local, lineage, options),
        ...(isStoreUrl(file) && { path: file }),
        ...(check && { isUpgradable: true as const }),
      };
      return { json: shown, text: () => renderShown(shown) };
    } catch (error) {
      throw errorOfObject(error, file, local);
    }
  });
}

function readShown(local: string, lineage: Lineage, options: ShowOptions): Shown {
  const lacksWal = !existsSync(`${local}-wal`) && readHeader(local).isWal;
  using archive = openArchive(local, { lineage, newer: readNewer(options) });
  return { ...describe(archive, lineage), lacksWal };
}

async function saveHtml(file: string, out: string, lineage: Lineage): Promise<VerbResult> {
  if (existsSync(out) && !/\.html?$/i.test(out)) {
    throw new VarveError('USAGE', `--html would write over ${out}, which is no HTML file by its name`, {
      hint: 'name a file that ends in .html',
    });
  }
  // Who does not ask for it does not wait for it.
  const { renderSessionHtml } = await import('@varve/page');
  const html = await renderSessionHtml(file, { lineage });
  onFile(out, () => writeFileSync(out, html), 'write');
  const sizeBytes = Buffer.byteLength(html);
  return { json: { path: out, sizeBytes }, text: () => `${out}: ${formatSize(sizeBytes)}` };
}

function describe(
  { path, version, plan, sqlite }: Archive,
  { name, migrations }: Lineage,
): Omit<Shown, 'lacksWal'> {
  return {
    path,
    sizeBytes: statSync(path).size,
    lineage: name,
    version,
    head: migrations.length,
    migration: migrations[version - 1]?.name,
    pending: migrations.slice(version).map((migration) => migration.name),
    plan,
    rows: onFile(path, () =>
      Object.fromEntries(plan.tables.map((table) => [table.name, countRows(sqlite, table.name)])),
    ),
  };
}

const viewSql = `SELECT "state", count(*) AS "archives", sum("rows") AS "rows" FROM "_archives" GROUP BY "state"`;

/** A unified view is not of one version: what counts is which archives it holds. */
function showView(view: Database, path: string): VerbResult {
  try {
    const archives = view.prepare<[], { state: string; archives: number; rows: number }>(viewSql).all();
    const names = view.prepare<[], string>(tablesSql).pluck().all();
    const rows = Object.fromEntries(names.map((name) => [name, countRows(view, name)]));
    const states = archives
      .map(({ state, archives }) => `${countOf(archives, 'archive')} ${state}`)
      .join(', ');
    const text = `${relative(process.cwd(), path)} is a unified view: ${states || 'no archives'}\n\n${renderTable(
      [{ title: 'table' }, { title: 'rows', align: 'right' }],
      Object.entries(rows).map(([name, count]) => [name, String(count)]),
    )}`;
    return { json: { path, kind: 'unified view', archives, rows }, text: () => text };
  } finally {
    view.close();
  }
}

/** Those of the lineage: not varve's own, nor SQLite's, nor what a full-text index is kept in. */
const tablesSql = `SELECT "name" FROM pragma_table_list WHERE "schema" = 'main' AND "type" = 'table'
  AND "name" NOT GLOB '_*' AND "name" NOT GLOB 'sqlite_*' ORDER BY "name"`;

function countRows(sqlite: Archive['sqlite'], table: string): number {
  return (
    sqlite
      .prepare<[], number>(`SELECT count(*) FROM ${quoteIdentifier(table)}`)
      .pluck()
      .get() ?? 0
  );
}

function renderShown(shown: Shown): string {
  const { plan, pending, rows } = shown;
  const facts = renderTable(
    [{ title: '' }, { title: '' }],
    [
      ['file', isStoreUrl(shown.path) ? shown.path : relative(process.cwd(), shown.path)],
      ['size', formatSize(shown.sizeBytes)],
      ['lineage', shown.lineage],
      ['version', `${shown.version} of ${shown.head}${shown.migration ? `, ${shown.migration}` : ''}`],
      ['pending', pending.length === 0 ? 'nothing' : `${pending.length}, from ${pending[0]} on`],
      ['read', `${waysToRead[plan.strategy]}, ${copies[plan.copy]}${plan.why ? `: ${plan.why}` : ''}`],
      ...(shown.lacksWal
        ? [['unsealed', 'in WAL mode without a WAL: if it was copied without it, it may lack rows']]
        : []),
      ...(shown.isUpgradable ? [['check', 'the pending migrations run on a copy of this file']] : []),
    ],
  );
  const tables = renderTable(
    [{ title: 'table' }, { title: 'rows', align: 'right' }, { title: 'strategy' }, { title: 'why' }],
    plan.tables.map(({ name, strategy, why }) => [name, String(rows[name]), strategy, why ?? '']),
  );
  return `${facts}\n\n${tables}`;
}

const waysToRead = {
  identity: 'as it is',
  lens: 'through the lens',
  replayed: 'by replaying its pending migrations',
} as const;

const copies = { none: 'in place', memory: 'on a copy in memory', file: 'on a temporary copy' } as const;
