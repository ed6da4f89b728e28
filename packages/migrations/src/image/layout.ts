import { nameKey } from '../sql/index.ts';
import { PageMemory } from './page-memory.ts';
import { OddImageError, type Pages, pageKinds, pagesOf, startOf } from './pages.ts';
import { type RawRow, readTree } from './read-tree.ts';
import { assertText, integerIn, readRecord } from './record.ts';

/** An entry of the schema as it lies. */
export interface SchemaEntry {
  readonly rowid: number;
  /** Its type and its name, the bytes of them as letters. */
  readonly name: string;
  readonly record: Buffer;
}

/** What the bytes of a database file say of its schema, without SQLite, which must read and understand all of it first. */
export interface ImageLayout {
  /** Another one for another schema: all of its entries, in order, but where their pages lie. */
  readonly key: string;
  readonly entries: readonly SchemaEntry[];
  /** The pages that they take. */
  readonly pages: readonly number[];
  /** Where a table lies; 0 for a virtual one, undefined for none. */
  rootOf(table: string): number | undefined;
}

/** Undefined where the bytes are not what SQLite writes for a file of UTF-8, or hold no schema. */
export function readLayout(image: Buffer): ImageLayout | undefined {
  return unlessOdd(() => {
    if (image.readUInt32BE(56) !== 1) return undefined;
    const pages = pagesOf(image);
    return layouts.recall(pages, 1, () => readSchemaTree(pages));
  });
}

const layouts = new PageMemory<ImageLayout>();

function readSchemaTree(pages: Pages): ImageLayout {
  const keys: string[] = [];
  const entries: SchemaEntry[] = [];
  const roots = new Map<string, number>();
  readTree(pages, 1, (row) => {
    const { key, name } = readEntry(row, roots);
    keys.push(key);
    entries.push({ rowid: row.rowid, name, record: Buffer.from(row.bytes.subarray(row.start, row.end)) });
  });
  return {
    key: keys.join(''),
    entries,
    pages: pages.visited,
    rootOf: (table) => roots.get(latin1Of(nameKey(table))),
  };
}

export function unlessOdd<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof OddImageError || error instanceof RangeError) return undefined;
    throw error;
  }
}

const tableType = 13 + 2 * 'table'.length;

/** Its part of the key: the types say how long each value is. */
function readEntry(row: RawRow, roots: Map<string, number>): { key: string; name: string } {
  const { bytes } = row;
  const { types, places } = readRecord(row);
  const [type, name, table, root, sql] = types;
  if (types.length !== 5) throw new OddImageError();
  for (const text of [type, name, table]) assertText(text);
  const [start = 0, nameStart = 0, tableStart, rootStart = 0, sqlStart, end] = places;
  // The only type of five letters but `index`.
  if (type === tableType && bytes[start] === tLetter)
    roots.set(nameKey(bytes.toString('latin1', nameStart, tableStart)), integerIn(bytes, root, rootStart));
  const texts = bytes.toString('latin1', start, rootStart) + bytes.toString('latin1', sqlStart, end);
  return {
    key: `${type},${name},${table},${sql};${texts}`,
    name: `${bytes.toString('latin1', start, nameStart)} ${bytes.toString('latin1', nameStart, tableStart)}`,
  };
}

const tLetter = 0x74;

function latin1Of(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** Whether a table or an index is certain to hold no row. */
export function isEmptyTree(image: Buffer, root: number): boolean {
  const isEmpty = unlessOdd(() => {
    const start = startOf(pagesOf(image), root);
    const kind = image[start];
    return (kind === pageKinds.leaf || kind === pageKinds.indexLeaf) && image.readUInt16BE(start + 3) === 0;
  });
  return isEmpty ?? false;
}
