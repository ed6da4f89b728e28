import { readUnified } from '@varve/aggregator';
import type { Lineage } from '@varve/migrations';
import type { Database, Statement } from '@varve/migrations/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { fileKey } from './file-key.ts';
import { type HeadShape, type HeadTable, interpretTables, readTables } from './head-shape.ts';
import type { OpenFile, Scan, SessionFile, SessionSource } from './session-source.ts';

interface ArchiveRow {
  readonly id: number;
  readonly path: string;
  readonly size_bytes: number;
  readonly mtime_ms: number;
  readonly version: number | null;
  readonly rows: number;
}

/** What a unified view holds, archive by archive, as it lies: nothing is refreshed, and the archives need not be there. */
export class ViewSource implements SessionSource {
  readonly kind = 'view';
  readonly where: readonly string[];
  readonly lineage: Lineage | undefined;
  readonly shape: HeadShape;
  readonly sqlite: Database;
  readonly #ids = new Map<string, number>();
  readonly #choose: Statement<[number]>;
  #scanned: { readonly dataVersion: unknown; readonly scan: Scan } | undefined;

  constructor(file: string, sqlite: Database, lineage: Lineage | undefined) {
    this.where = [file];
    this.lineage = lineage;
    this.sqlite = sqlite;
    const tables = readTables(sqlite).map(withoutProvenance);
    this.shape = interpretTables(tables);
    this.sqlite.exec('CREATE TEMP TABLE "varve page"(archive INTEGER)');
    this.sqlite.exec('INSERT INTO temp."varve page" VALUES (NULL)');
    this.#choose = sqlite.prepare('UPDATE temp."varve page" SET archive = ?');
    for (const table of tables) this.sqlite.exec(oneArchiveView(table));
  }

  /** What it was before, unless another connection has written since. */
  scan(): Scan {
    const dataVersion = this.sqlite.pragma('data_version', { simple: true });
    const known = this.#scanned;
    if (known && known.dataVersion === dataVersion) return known.scan;
    const scan = this.#read();
    this.#scanned = { dataVersion, scan };
    return scan;
  }

  #read(): Scan {
    const rows = this.sqlite
      .prepare<[], ArchiveRow>(
        `SELECT id, path, size_bytes, mtime_ms, version, "rows" FROM "_archives" WHERE state IN ('unified', 'gone')`,
      )
      .all();
    const files = rows.map((row) => {
      const file = toFile(row);
      this.#ids.set(file.key, row.id);
      return file;
    });
    return { files, problems: [], isWhole: true };
  }

  get together(): NonNullable<SessionSource['together']> {
    return { sqlite: this.sqlite, archiveOf: ({ key }) => this.#ids.get(key) };
  }

  /** The views over one archive stay; only which one changes. */
  open(file: SessionFile): OpenFile {
    const id = this.#ids.get(file.key);
    if (id === undefined) throw goneError(file.path);
    this.#choose.run(id);
    return {
      sqlite: this.sqlite,
      version: file.version,
      originalVersion: file.version,
      plan: null,
      close() {},
    };
  }

  close(): void {
    this.sqlite.close();
  }
}

/** Undefined when the path is no unified view. @throws the codes of `readUnified` */
export function openViewSource(file: string, lineage: Lineage | undefined): ViewSource | undefined {
  const sqlite = readUnified(file);
  return sqlite && new ViewSource(file, sqlite, lineage);
}

const provenance = new Set(['_archive', '_version']);

function withoutProvenance({ name, columns }: HeadTable): HeadTable {
  return { name, columns: columns.filter((column) => !provenance.has(column.name)) };
}

function oneArchiveView({ name, columns }: HeadTable): string {
  const table = quoteIdentifier(name);
  const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  return `CREATE TEMP VIEW ${table} AS SELECT ${list} FROM main.${table}
    WHERE "_archive" = (SELECT archive FROM temp."varve page")`;
}

function toFile({ path, size_bytes, mtime_ms, version, rows }: ArchiveRow): SessionFile {
  return {
    key: fileKey(path),
    path,
    sizeBytes: size_bytes,
    modifiedAtMs: mtime_ms,
    version,
    sealing: 'sealed',
    code: null,
    fingerprint: `${size_bytes} ${mtime_ms} ${rows}`,
  };
}

function goneError(path: string): VarveError {
  return new VarveError('FILE_NOT_FOUND', 'the unified view does not hold this archive any more', {
    path,
    hint: 'load the page again',
  });
}
