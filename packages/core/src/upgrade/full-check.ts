import type { Lens, Lineage } from '@varve/migrations';
import {
  compileLens,
  compileOrdinaryLens,
  nameKey,
  type PartOfReplay,
  patchOf,
  ReplayRecipe,
  type SchemaObject,
  unrepeatableTables,
  virtualStatements,
} from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';
import { findRefusal } from '../reading/index.ts';
import { comparedTables, textsAfter } from './tables-of.ts';
import type { UpgradePlan } from './upgrade-plan.ts';
import { countersKept } from './verify-counters.ts';

/** What a check of every cell needs to know of files that are alike, before and after. */
export interface FullCheck {
  /** All texts of the schema afterwards. */
  readonly schema: string;
  /** By name key, the tables that hold what a clock or chance said. */
  readonly unrepeatable: ReadonlySet<string>;
  readonly byLens: CheckByLens | undefined;
  readonly byReplay: CheckByReplay | undefined;
}

export interface CheckByLens {
  readonly lens: Lens;
  readonly tables: readonly SchemaObject[];
  /** What the lens says of them, by name key. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly isCounterKept: (table: string) => boolean;
}

/** Where the rows of a table lie as they are in the file, by the table's name there; `none` where there are no rows. */
export type Origin = { readonly table: string } | 'none' | undefined;

export interface CheckByReplay {
  readonly tables: readonly SchemaObject[];
  readonly recipe: ReplayRecipe;
  /** True where it is of all statements. */
  readonly isWhole: boolean;
  /** All texts of the schema that it comes to, once the tables were found to be made by the same texts. */
  replayedSchema: string | undefined;
}

const checks = new WeakMap<UpgradePlan, FullCheck>();

interface FilesToCheck {
  readonly schema: string;
  readonly upgraded: Database;
  open<T>(use: (original: Database) => T): T;
}

/** Of files that are alike, the first is looked at for all. */
export function fullCheckOf(plan: UpgradePlan, lineage: Lineage, files: FilesToCheck): FullCheck {
  const known = checks.get(plan);
  if (known?.schema === files.schema) return known;
  const version = plan.from;
  const unrepeatable = patchOf(lineage, version)?.unrepeatable ?? unrepeatableTables(lineage, version);
  const ways = files.open((original) => waysOf(original, files.upgraded, lineage, version));
  const check = { schema: files.schema, unrepeatable, ...ways };
  checks.set(plan, check);
  return check;
}

/** By the lens what it reads: all, or the ordinary tables, and by a replay of as little as there must be what it does not. */
function waysOf(
  original: Database,
  upgraded: Database,
  lineage: Lineage,
  version: number,
): Pick<FullCheck, 'byLens' | 'byReplay'> {
  const [tables, texts] = [comparedTables(upgraded, lineage), textsAfter(original, lineage)];
  const isCounterKept = countersKept(upgraded, lineage, version);
  const isRead = (lens: Lens) => !findRefusal(original, lens, { lineage, version, despiteStatistics: true });
  const whole = compileLens(lineage, version);
  if (isRead(whole) && isDearer(whole, lineage, tables))
    return { byLens: undefined, byReplay: throughReplay(tables) };
  if (isRead(whole)) return { byLens: throughLens(whole, tables, texts, isCounterKept), byReplay: undefined };
  const [ordinary, part] = [compileOrdinaryLens(lineage, version), virtualStatements(lineage, version)];
  if (!part || !isRead(ordinary)) return { byLens: undefined, byReplay: throughReplay(tables) };
  const virtual = virtualTables(upgraded);
  // Somebody else's is as it was.
  const isReplayed = ({ name }: SchemaObject) => virtual.has(name) && part.names.has(nameKey(name));
  return {
    byLens: throughLens(
      ordinary,
      tables.filter((table) => !isReplayed(table)),
      texts,
      isCounterKept,
    ),
    byReplay: throughReplay(tables.filter(isReplayed), part),
  };
}

/**
 * Whether a lens that has SQLite run statements on copies of tables takes longer than to run them all where they belong:
 * of few tables, with far more to be copied than statements that make SQLite read the schema again.
 */
function isDearer({ setup, from }: Lens, lineage: Lineage, tables: readonly SchemaObject[]): boolean {
  const pending = lineage.migrations.slice(from).map(({ sql }) => sql);
  const changes = pending.join('\n').match(/\b(ALTER|CREATE|DROP)\s/gi) ?? [];
  return tables.length <= fewTables && setup.length > changes.length * 3;
}

const fewTables = 12;

/** What the lineage does not know is as it was. The same bytes are the same cells only under the text that is expected. */
function throughLens(
  lens: Lens,
  tables: readonly SchemaObject[],
  texts: ReadonlyMap<string, string>,
  isCounterKept: CheckByLens['isCounterKept'],
): CheckByLens {
  const expected = new Set(tables.filter(({ name, sql }) => texts.get(name) === sql).map(keyOf));
  const origins = new Map<string, Origin>(
    tables.map((table) => [keyOf(table), expected.has(keyOf(table)) ? { table: table.name } : undefined]),
  );
  for (const { name, isEmpty, keepsRecords, wholeOf } of lens.tables) {
    const isKept = keepsRecords && expected.has(nameKey(name)) && wholeOf !== undefined;
    origins.set(nameKey(name), isEmpty ? 'none' : isKept ? { table: wholeOf } : undefined);
  }
  return { lens, tables, origins, isCounterKept };
}

function keyOf({ name }: SchemaObject): string {
  return nameKey(name);
}

function throughReplay(tables: readonly SchemaObject[], part?: PartOfReplay): CheckByReplay {
  return { tables, recipe: new ReplayRecipe(part), isWhole: !part, replayedSchema: undefined };
}

/** Those, and what they keep for themselves. */
function virtualTables(sqlite: Database): Set<string> {
  const sql = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('virtual', 'shadow')`;
  return new Set(sqlite.prepare<[], string>(sql).pluck().all());
}
