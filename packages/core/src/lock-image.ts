import { openMemory } from './open-database.ts';

let image: Buffer | undefined;

/** The bytes of a lock file: the smallest SQLite database there is, with this process's id as its `user_version`. */
export function lockImage(): Buffer {
  image ??= makeImage();
  return image;
}

function makeImage(): Buffer {
  const sqlite = openMemory(`PRAGMA page_size = 512; PRAGMA user_version = ${process.pid}`);
  try {
    return sqlite.serialize();
  } finally {
    sqlite.close();
  }
}
