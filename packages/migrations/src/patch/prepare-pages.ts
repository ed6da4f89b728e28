import type { Database } from '../driver/index.ts';
import { type ImageLayout, isEmptyTree } from '../image/index.ts';
import { editImage, firstEdit } from './edit-image.ts';
import { addEmptyPages, growImage } from './empty-pages.ts';
import { holdsRows } from './holds-rows.ts';
import type { CreatedRow, Creation, Patch, PatchBatch, PreparedPages } from './patch.ts';

type PageKind = NonNullable<CreatedRow['page']>;

/**
 * Gives the file the pages that new tables and indexes begin as. Outside of a transaction, on a file that no other
 * connection has open; what it prepared must be used, or the file is of no use.
 */
export function preparePages(sqlite: Database, { batches }: Patch): PreparedPages {
  const ready = findReady(batches, {
    hasCounters:
      sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'`).get() !== undefined,
    isEmpty: (table) => !holdsRows(sqlite, [table]),
  });
  const kinds = ready.flatMap(pagesNeeded);
  return givePages(ready, kinds.length > 0 ? addEmptyPages(sqlite.name, kinds) : []);
}

export interface PreparedImage {
  readonly image: Buffer;
  readonly pages: PreparedPages;
  /** What the first batch has the schema say is written into it. */
  readonly isEdited: boolean;
}

/**
 * The bytes of a file with the pages that new tables and indexes begin as, and, where a patch is known to fit such a file,
 * with what its first batch has the schema say. What lies behind them in memory must be theirs; those of before are not read
 * again.
 */
export function prepareImage(
  image: Buffer,
  layout: ImageLayout,
  patch: Patch,
  { isFit = false }: { readonly isFit?: boolean | undefined } = {},
): PreparedImage {
  const isEmpty = (table: string) => isEmptyTree(image, layout.rootOf(table) ?? 0);
  const ready = findReady(patch.batches, {
    hasCounters: layout.rootOf('sqlite_sequence') !== undefined,
    isEmpty,
  });
  const kinds = ready.flatMap(pagesNeeded);
  const edit = isFit ? firstEdit(patch) : undefined;
  const canEdit = edit?.alterations.every(({ isNarrowed, name }) => !isNarrowed || isEmpty(name));
  const grown = kinds.length > 0 ? growImage(image, kinds) : { image, numbers: [] };
  const prepared = { image: grown?.image ?? image, pages: givePages(ready, grown?.numbers) };
  const edited = edit && canEdit ? editImage(prepared.image, layout, edit, prepared.pages) : undefined;
  return { ...prepared, image: edited ?? prepared.image, isEdited: edited !== undefined };
}

function pagesNeeded({ rows }: Creation): PageKind[] {
  return rows.flatMap(({ page }) => page ?? []);
}

function givePages(ready: readonly Creation[], numbers: readonly number[] | undefined): PreparedPages {
  if (!numbers) return new Map();
  const next = numbers.values();
  return new Map(ready.map((it) => [it, it.rows.map(({ page }) => (page ? next.next().value : 0))]));
}

/** What is asked of a file before anything is done to it. */
interface FileLook {
  readonly hasCounters: boolean;
  /** True where the table is certain to hold no row. */
  readonly isEmpty: (table: string) => boolean;
}

/** Those of which it is certain that no row is to be entered into them. */
function findReady(batches: readonly PatchBatch[], { hasCounters, isEmpty }: FileLook): Creation[] {
  const creations = batches.flatMap((batch) => (batch.kind === 'edit' ? batch.creations : []));
  const needsCounters = ({ object }: Creation) =>
    object.type === 'table' && /\bAUTOINCREMENT\b/i.test(object.sql);
  const isHeld = !hasCounters && creations.some(needsCounters);
  return creations.filter((creation) => {
    // SQLite makes the table of counters with the first table that has one, and what is made over such a table after it.
    if (isHeld && (needsCounters(creation) || creation.object.type !== 'table')) return false;
    return creation.over === undefined || isEmpty(creation.over);
  });
}
