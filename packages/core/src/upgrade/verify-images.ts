import type { Lineage } from '@varve/migrations';
import {
  holdSameRows,
  type ImageLayout,
  installLens,
  isEmptyTree,
  isSameTree,
  nameKey,
  readLayout,
  registerFunctions,
  type SchemaObject,
} from '@varve/migrations/internal';
import type { Database } from '../file/index.ts';
import { type CheckByLens, type CheckByReplay, type FullCheck, fullCheckOf } from './full-check.ts';
import { withImage } from './plan-image.ts';
import { tablesOf } from './tables-of.ts';
import type { UpgradePlan } from './upgrade-plan.ts';
import { counterTable, verifyCounters } from './verify-counters.ts';
import { verifyTables } from './verify-rows.ts';

/** The bytes of a file before and after. */
export interface UpgradedImages {
  readonly original: Buffer;
  readonly upgraded: Buffer;
}

interface ImagesToVerify {
  readonly lineage: Lineage;
  readonly path: string;
  readonly plan: UpgradePlan;
  readonly images: UpgradedImages;
}

/**
 * Whether an upgraded copy, whose schema is known to be head's, is certain to hold, cell for cell, what the lens reads in
 * the original, or what a replay of it comes to. False where that takes a closer look.
 *
 * @throws UPGRADE_MISMATCH, SQLite's own errors: a closer look says what it is
 */
export function areImagesRight(upgraded: Database, options: ImagesToVerify): boolean {
  const { images, plan, lineage } = options;
  const [before, after] = [readLayout(images.original), readLayout(images.upgraded)];
  if (!before || !after) return false;
  const open = <T>(use: (sqlite: Database) => T) => withImage(images.original, use);
  const check = fullCheckOf(plan, lineage, { schema: after.key, upgraded, open });
  const looks = { ...options, upgraded, before, after, unrepeatable: check.unrepeatable };
  if (check.byLens) verifyByLens(check.byLens, looks);
  return check.byReplay === undefined || isAsReplayed(check.byReplay, looks);
}

interface Looks extends ImagesToVerify, Pick<FullCheck, 'unrepeatable'> {
  readonly upgraded: Database;
  readonly before: ImageLayout;
  readonly after: ImageLayout;
}

function verifyByLens(check: CheckByLens, looks: Looks): void {
  const left = tablesLeft(check, looks);
  const isCounted = isLeftAsItWas(counterTable, looks);
  if (left.length === 0 && isCounted) return;
  withImage(looks.images.original, (original) => {
    if (!isCounted) verifyCounters(looks.upgraded, original, { ...looks, isKnown: check.isCounterKept });
    if (left.length > 0) verifyThroughLens(original, left, check, looks);
  });
}

/** The same bytes in the same place, or not there. */
function isLeftAsItWas(table: string, { images, before, after }: Looks, old = table): boolean {
  const root = after.rootOf(table);
  if (root !== before.rootOf(old)) return false;
  return !root || isSameTree(images.upgraded, images.original, root);
}

/** Those of which the bytes alone do not tell that they are right. */
function tablesLeft({ tables, origins }: CheckByLens, looks: Looks): SchemaObject[] {
  return unlessKept(tables, ({ name }) => {
    const origin = origins.get(nameKey(name));
    const root = looks.after.rootOf(name);
    if (!origin || !root) return false;
    if (origin === 'none') return isEmptyTree(looks.images.upgraded, root);
    return isLeftAsItWas(name, looks, origin.table);
  });
}

/** A virtual table shows what its own tables hold, and what others do that are looked at anyway. */
function unlessKept(
  tables: readonly SchemaObject[],
  isRight: (table: SchemaObject) => boolean,
): SchemaObject[] {
  const left = tables.filter((table) => !isRight(table));
  return left.filter(({ name, sql }) => {
    if (!keepsTables.test(sql)) return true;
    const isOwn = (table: SchemaObject) => nameKey(table.name).startsWith(`${nameKey(name)}_`);
    return !tables.some(isOwn) || left.some(isOwn);
  });
}

const keepsTables = /^CREATE\s+VIRTUAL\s+TABLE[^(]*\bUSING\s+(fts[345]|rtree|rtree_i32)\b/i;

function verifyThroughLens(
  original: Database,
  tables: readonly SchemaObject[],
  { lens }: CheckByLens,
  { upgraded, unrepeatable, lineage, path }: Looks,
): void {
  const names = new Set(tables.map(({ name }) => nameKey(name)));
  const isLeft = ({ name }: { readonly name: string }) => names.has(nameKey(name));
  const isStored = lens.tables.some((table) => table.strategy === 'materialized' && isLeft(table));
  registerFunctions(original, lineage);
  installLens(original, {
    ...lens,
    setup: isStored ? lens.setup : [],
    overlays: lens.overlays.filter(isLeft),
  });
  verifyTables(upgraded, original, { path, verify: 'full', unrepeatable, tables });
}

function isAsReplayed(check: CheckByReplay, looks: Looks): boolean {
  const { images, upgraded, unrepeatable, lineage, plan, path, after } = looks;
  return withImage(images.original, (sqlite) => {
    if (!check.recipe.run(sqlite, lineage, plan.from)) return false;
    const image = sqlite.serialize();
    const replayed = readLayout(image);
    if (!replayed || !hasSameTables(sqlite, check, replayed.key)) return false;
    const isSame = (name: string) => {
      const [root, other] = [after.rootOf(name), replayed.rootOf(name)];
      if (!root || !other) return root === undefined && other === undefined;
      return holdSameRows({ image: images.upgraded, root }, { image, root: other });
    };
    const left = unlessKept(check.tables, ({ name }) => isSame(name));
    if (check.isWhole && !isSame(counterTable))
      verifyCounters(upgraded, sqlite, { lineage, path, isKnown: () => true });
    if (left.length > 0) verifyTables(upgraded, sqlite, { path, verify: 'full', unrepeatable, tables: left });
    return true;
  });
}

/** The same bytes are the same cells only under the same text. */
function hasSameTables(sqlite: Database, check: CheckByReplay, schema: string): boolean {
  if (check.replayedSchema === schema) return true;
  const texts = new Map(tablesOf(sqlite).map(({ name, sql }) => [name, sql]));
  const isSame = check.tables.every(({ name, sql }) => texts.get(name) === sql);
  if (isSame) check.replayedSchema = schema;
  return isSame;
}
