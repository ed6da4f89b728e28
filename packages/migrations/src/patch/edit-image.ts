import {
  type ImageLayout,
  isPlainFile,
  pagesOf,
  planTree,
  type RowToWrite,
  readRecord,
  recordOf,
  releasePages,
  unlessOdd,
  writeTree,
} from '../image/index.ts';
import { growImage } from './empty-pages.ts';
import { onceFor } from './once-for.ts';
import type { Alteration, CreatedRow, Patch, PatchBatch, PreparedPages } from './patch.ts';

type EditBatch = Extract<PatchBatch, { kind: 'edit' }>;

/**
 * The batch that a patch begins with, where what it says can be written before SQLite reads the schema: it gives nothing
 * another name and counts nothing anew. Where the patch does more than that, it only adds to what there is.
 */
export const firstEdit: (patch: Patch) => EditBatch | undefined = onceFor((patch) => {
  const { batches, readTables, renumbered, children, demanding } = patch;
  const [batch] = batches;
  if (batch?.kind !== 'edit' || batch.mustBeEmpty.length + renumbered.length > 0) return undefined;
  const isPlain =
    batch.alterations.every(({ name, to, renewed }) => name === to.name && !renewed) &&
    batch.creations.every(({ renewed }) => !renewed);
  const isAll = batches.length === 1 && readTables.length + children.before.length === 0;
  const isAddition = demanding.size === 0 && batch.alterations.every(onlyAdds);
  return isPlain && (isAll || isAddition) ? batch : undefined;
});

function onlyAdds({ type, stored, columns, isNarrowed }: Alteration): boolean {
  const isKept = (name: string, at: number) => columns[at]?.name === name && columns[at].from === name;
  return type === 'table' && !isNarrowed && stored.every(isKept);
}

/**
 * Writes the schema that a batch comes to into the bytes of a file, before SQLite reads it: it need not read the one of
 * before. Returns the bytes, in the memory of those given where they have room behind them; undefined, and nothing is
 * changed, where it must be asked to.
 */
export function editImage(
  image: Buffer,
  layout: ImageLayout,
  batch: EditBatch,
  given: PreparedPages,
): Buffer | undefined {
  const plan = unlessOdd(() => {
    const rows = isPlainFile(image) ? rowsAfter(layout, batch, given) : undefined;
    return rows && planTree(pagesOf(image), rows);
  });
  if (!plan) return undefined;
  const own = layout.pages.filter((page) => page !== 1);
  const missing = Array.from({ length: Math.max(0, plan.pagesNeeded - own.length) }, () => 'table' as const);
  const grown = missing.length > 0 ? growImage(image, missing) : { image, numbers: [] };
  if (!grown) return undefined;
  const free = [...own, ...grown.numbers];
  const pages = pagesOf(grown.image);
  writeTree(pages, plan, free.slice(0, plan.pagesNeeded));
  releasePages(pages, free.slice(plan.pagesNeeded));
  return grown.image;
}

function rowsAfter(
  { entries }: ImageLayout,
  batch: EditBatch,
  given: PreparedPages,
): RowToWrite[] | undefined {
  const altered = alteredBy(batch);
  let found = 0;
  const rows: RowToWrite[] = entries.map((entry) => {
    const alteration = altered.get(entry.name);
    if (!alteration) return entry;
    found++;
    return { rowid: entry.rowid, record: recordAfter(entry.record, alteration) };
  });
  if (found !== batch.alterations.length) return undefined;
  let rowid = entries.at(-1)?.rowid ?? 0;
  for (const creation of batch.creations) {
    const places = given.get(creation);
    if (!places) continue;
    for (const [at, row] of creation.rows.entries())
      rows.push({ rowid: ++rowid, record: recordFor(row, places[at] ?? 0) });
  }
  return rows;
}

/** By type and name, as the layout has them. */
const alteredBy: (batch: EditBatch) => ReadonlyMap<string, Alteration> = onceFor(
  ({ alterations }) =>
    new Map(alterations.map((it) => [Buffer.from(`${it.type} ${it.name}`).toString('latin1'), it])),
);

function recordAfter(before: Buffer, { type, to }: Alteration): Buffer {
  const { types, places } = readRecord({ bytes: before, start: 0, end: before.length });
  const root = { type: types[3] ?? 0, bytes: before.subarray(places[3], places[4]) };
  return recordOf([type, to.name, to.table, root, to.sql]);
}

function recordFor({ type, name, table, sql }: CreatedRow, root: number): Buffer {
  return recordOf([type, name, table, root, sql]);
}
