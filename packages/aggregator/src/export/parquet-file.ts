import { appendFileSync } from 'node:fs';
import zlib from 'node:zlib';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnKind, ExportColumn } from './column-kinds.ts';
import type { RowFile } from './row-file.ts';

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** A group of rows is written when it has so many, or holds about so much: beyond that the garbage collector is what takes time. */
const groupRows = 16_384;
const groupSizeBytes = 16 * 1024 * 1024;

const physical = {
  integer: { type: 'INT64' },
  timestamp: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  real: { type: 'DOUBLE' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  // Called JSON at the end: the library would otherwise parse it and write it anew, and lose integers beyond 2^53.
  json: { type: 'BYTE_ARRAY' },
  blob: { type: 'BYTE_ARRAY' },
} as const satisfies Record<ColumnKind, Partial<SchemaElement>>;

export function openParquetFile(path: string, columns: readonly ExportColumn[]): RowFile {
  const elements = columns.map(
    ({ name, kind }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...physical[kind] }),
  );
  const schema: SchemaElement[] = [{ name: 'root', num_children: elements.length }, ...elements];
  const parquet = new ParquetWriter({ writer: openWriter(path), schema, ...compression });
  let group = columns.map(emptyColumn);
  let sizeBytes = 0;
  const flush = () => {
    if (group[0]?.data.length) parquet.write({ columnData: group, rowGroupSize: groupRows });
    group = columns.map(emptyColumn);
    sizeBytes = 0;
  };
  return {
    write(row) {
      group.forEach(({ kind, data }, at) => {
        const value = parquetValue(kind, row[at]);
        data.push(value);
        sizeBytes += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;
      });
      if ((group[0]?.data.length ?? 0) >= groupRows || sizeBytes > groupSizeBytes) flush();
    },
    flush,
    close() {
      flush();
      for (const [at, { kind }] of columns.entries())
        if (kind === 'json') Object.assign(elements[at] as SchemaElement, { converted_type: 'JSON' });
      parquet.finish();
    },
  };
}

/** After each group of rows it lets go of its buffer, which is as large as the largest page was: many files may be open. */
function openWriter(path: string): ReturnType<typeof fileWriter> {
  const writer = fileWriter(path);
  return Object.assign(writer, {
    flush() {
      const buffered = writer as typeof writer & { index: number };
      appendFileSync(path, new Uint8Array(writer.buffer, 0, buffered.index));
      buffered.index = 0;
      writer.buffer = new ArrayBuffer(1024);
      writer.view = new DataView(writer.buffer);
    },
  });
}

function emptyColumn({ name, kind }: ExportColumn) {
  const data: unknown[] = [];
  // Nobody asks for a range of JSON, and hardly two are the same.
  return kind === 'json'
    ? { name, kind, data, statistics: false, encoding: 'PLAIN' as const }
    : { name, kind, data };
}

function parquetValue(kind: ColumnKind, value: unknown): unknown {
  if (value === null) return value;
  if (kind === 'json') return Buffer.from(value as string);
  if (kind === 'real') return Number(value);
  if (kind === 'timestamp' && typeof value === 'number') return BigInt(Math.round(value));
  if (kind === 'text') return Buffer.isBuffer(value) ? value.toString('base64') : String(value);
  return value;
}

/** Zstandard by Node.js itself, from 22.15 on; before, Snappy by the library. */
const compression =
  'zstdCompressSync' in zlib ? { codec: 'ZSTD' as const, compressors: { ZSTD: compressPage } } : {};

function compressPage(page: Uint8Array): Uint8Array {
  return zlib.zstdCompressSync(page, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } });
}
