import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { ColumnKind, ExportColumn } from './column-kinds.ts';
import type { RowFile } from './row-file.ts';

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** A group of rows is written when it has so many, or holds about so much. */
const groupRows = 50_000;
const groupSizeBytes = 16 * 1024 * 1024;

const physical = {
  integer: { type: 'INT64' },
  timestamp: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  real: { type: 'DOUBLE' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY' },
  blob: { type: 'BYTE_ARRAY' },
} as const satisfies Record<ColumnKind, Partial<SchemaElement>>;

export function openParquetFile(path: string, columns: readonly ExportColumn[]): RowFile {
  const elements = columns.map(
    ({ name, kind }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...physical[kind] }),
  );
  const schema: SchemaElement[] = [{ name: 'root', num_children: elements.length }, ...elements];
  const parquet = new ParquetWriter({ writer: fileWriter(path), schema });
  let group: unknown[][] = columns.map(() => []);
  let sizeBytes = 0;
  const flush = () => {
    const columnData = columns.map(({ name, kind }, at) => ({
      name,
      data: group[at] as unknown[],
      statistics: kind !== 'json',
    }));
    if (group[0]?.length) parquet.write({ columnData, rowGroupSize: groupRows });
    group = columns.map(() => []);
    sizeBytes = 0;
  };
  return {
    write(row) {
      for (const [at, { kind }] of columns.entries()) {
        const value = parquetValue(kind, row[at]);
        group[at]?.push(value);
        sizeBytes += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;
      }
      if ((group[0]?.length ?? 0) >= groupRows || sizeBytes > groupSizeBytes) flush();
    },
    close() {
      flush();
      // Said last: the library would otherwise parse JSON and write it anew, and lose integers beyond 2^53.
      for (const [at, { kind }] of columns.entries())
        if (kind === 'json') Object.assign(elements[at] as SchemaElement, { converted_type: 'JSON' });
      parquet.finish();
    },
  };
}

const encoder = new TextEncoder();

function parquetValue(kind: ColumnKind, value: unknown): unknown {
  if (value === null) return value;
  if (kind === 'json') return encoder.encode(String(value));
  if (kind === 'real') return Number(value);
  if (kind === 'text') return Buffer.isBuffer(value) ? value.toString('base64') : String(value);
  return value;
}
