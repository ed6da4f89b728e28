import { type Lineage, replayMigrations } from '@varve/migrations';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { openImage, openMemory } from '../file/index.ts';
import { constraintError, type EncodedRow } from '../row/index.ts';

const headImages = new WeakMap<Lineage, Buffer>();

/** The bytes of a session file at head, in WAL mode, that holds its session row and nothing else. */
export function sessionImage(lineage: Lineage, table: SQLiteTable, row: EncodedRow): Buffer {
  const sqlite = openImage(headImage(lineage));
  try {
    sqlite.prepare(row.sql).run(row.values);
    const image = sqlite.serialize();
    // The file format's read and write version: 2 is WAL. Source: https://www.sqlite.org/fileformat.html, 1.3.3
    image[18] = 2;
    image[19] = 2;
    return image;
  } catch (error) {
    throw constraintError(error, table);
  } finally {
    sqlite.close();
  }
}

/** Replaying the migrations costs more than copying what they make: it is done once for each lineage. */
export function headImage(lineage: Lineage): Buffer {
  const known = headImages.get(lineage);
  if (known) return known;
  const sqlite = openMemory();
  try {
    replayMigrations(sqlite, lineage);
    const image = sqlite.serialize();
    headImages.set(lineage, image);
    return image;
  } finally {
    sqlite.close();
  }
}
