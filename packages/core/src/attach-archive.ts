import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { type ArchiveSource, openArchiveSource } from './archive-source.ts';
import { onFile } from './file-error.ts';
import { readFileShape } from './file-shape.ts';
import { inspectFile } from './file-state.ts';
import type { Database } from './open-database.ts';
import { realPath } from './real-path.ts';

export interface AttachArchiveOptions {
  readonly lineage: Lineage;
  /** The name it gets on the connection. */
  readonly schema: string;
  /** Whether it is attached at its own version, or at head by replay on a private copy. */
  readonly at: 'own version' | 'head';
  /** What is known already; give the same one for every file of a lineage. */
  readonly shapes: KnownShapes;
}

/** The versions of files that were identified, by their shape: those of a kind are identified in full once. */
export type KnownShapes = Map<string, number>;

export interface AttachedArchive {
  /** How many migrations the archive has had, whatever became of a copy. */
  readonly version: number;
  /** Outside of a transaction. */
  detach(): void;
}

/**
 * Attaches a file of any version and state to a connection that reads it. Nothing is written to the file, and nothing
 * appears beside it: a sealed file is attached as it lies, of what has a writer, or was left by one, a copy. The
 * connection decides how far a file is trusted, and must not be allowed to make files.
 *
 * @throws the codes of `openArchive`
 */
export function attachArchive(
  sqlite: Database,
  path: string,
  options: AttachArchiveOptions,
): AttachedArchive {
  const { lineage, schema, at } = options;
  const file = realPath(path);
  return onFile(file, () => {
    if (at === 'own version' && inspectFile(file).kind === 'sealed') {
      return attach(sqlite, file, schema, () => identify(sqlite, file, options));
    }
    const source = openArchiveSource(file, { lineage, at });
    return attach(sqlite, source.path, schema, () => source.version, source);
  });
}

function attach(
  sqlite: Database,
  path: string,
  schema: string,
  identify: () => number,
  source?: ArchiveSource,
): AttachedArchive {
  let isAttached = false;
  const detach = () => {
    if (isAttached) sqlite.prepare('DETACH ?').run(schema);
    source?.close();
  };
  try {
    sqlite.prepare('ATTACH ? AS ?').run(path, schema);
    isAttached = true;
    return { version: identify(), detach };
  } catch (error) {
    detach();
    throw error;
  }
}

function identify(sqlite: Database, file: string, { lineage, schema, shapes }: AttachArchiveOptions): number {
  const shape = readFileShape(sqlite, schema);
  const known = shape && shapes.get(shape);
  if (known) return known;
  const source = openArchiveSource(file, { lineage, at: 'own version' });
  source.close();
  if (source.copy !== 'none' || source.shape !== shape) throw changedError(file);
  if (shapes.size >= mostShapes) shapes.clear();
  if (shape) shapes.set(shape, source.version);
  return source.version;
}

/** Files of strangers may each have a shape of their own. */
const mostShapes = 1000;

function changedError(path: string): VarveError {
  return new VarveError('FILE_CHANGED', 'the file was replaced or written while it was opened', {
    path,
    hint: 'try again when its writer has closed it',
  });
}
