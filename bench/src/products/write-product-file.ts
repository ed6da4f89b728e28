import { type Lineage, lineageAt, replayMigrations } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import Database from 'better-sqlite3';
import { Dice } from './dice.ts';
import type { Product } from './product.ts';

/** Tables that hold something, in the order they were made; the others of a file are empty, as most are. */
const filledShare = 0.4;

/** A file as the product leaves it, of a version: about 100 kB or what its tables alone take. */
export function writeProductFile(path: string, product: Product, lineage: Lineage, version: number): void {
  const sqlite = new Database(path);
  replayMigrations(sqlite, lineageAt(lineage, version));
  fillTables(sqlite, product, new Dice(version));
  rewriteLedger(sqlite, product, lineage);
  if (product.hasOwnTable)
    sqlite.exec(
      "CREATE TABLE app_settings (key text PRIMARY KEY, value text); INSERT INTO app_settings VALUES ('theme', 'dark')",
    );
  if (product.isAnalyzed) sqlite.exec('ANALYZE');
  sqlite.exec(`PRAGMA application_id = 0; PRAGMA user_version = ${product.userVersion ?? 0}`);
  sqlite.exec('VACUUM');
  if (product.isWal) sqlite.pragma('journal_mode = WAL');
  sqlite.close();
}

interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
  readonly hidden: number;
}

function fillTables(
  sqlite: Database.Database,
  { rowsBytes = 70_000, rowBytes = 220, script }: Product,
  dice: Dice,
): void {
  const names = sqlite
    .prepare<[], string>(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'
       AND name NOT LIKE 'sqlite%'`,
    )
    .pluck()
    .all();
  const order = sqlite
    .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid`)
    .pluck()
    .all()
    .filter((name) => names.includes(name));
  const filled = script ? order : order.slice(0, Math.ceil(order.length * filledShare));
  sqlite.pragma('foreign_keys = OFF');
  sqlite.transaction(() => {
    for (const [at, table] of filled.entries()) {
      // The roots hold a few rows, as sessions do; the third of the tables most.
      const bytes = at < 2 ? 1500 : rowsBytes / filled.length;
      fillTable(sqlite, table, Math.max(2, Math.round(bytes / rowBytes)), {
        rowBytes,
        isUnique: script !== undefined,
        dice,
      });
    }
  })();
}

interface Filling {
  readonly rowBytes: number;
  /** No text is said twice: a column may be UNIQUE. */
  readonly isUnique: boolean;
  readonly dice: Dice;
}

function fillTable(sqlite: Database.Database, table: string, rows: number, filling: Filling): void {
  const columns = sqlite
    .prepare<[string], ColumnRow>('SELECT * FROM pragma_table_xinfo(?)')
    .all(table)
    .filter(({ hidden }) => hidden === 0);
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const insert = sqlite.prepare(
    `INSERT OR IGNORE INTO ${quoteIdentifier(table)} (${names}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  for (let row = 1; row <= rows; row++) insert.run(columns.map((column) => cellOf(column, row, filling)));
}

function cellOf(
  { name, type: declared, notnull, pk }: ColumnRow,
  row: number,
  { rowBytes, isUnique, dice }: Filling,
): string | number | null {
  const type = declared.toLowerCase();
  if (name.endsWith('_id') && type === 'integer') return 1;
  if (pk > 0) return type === 'integer' ? row : `id-${row}`;
  if (name.endsWith('_id')) return 'id-1';
  if (name === 'created_at') return 1_700_000_000 + row;
  if (notnull === 0 && dice.roll(4) === 0) return null;
  if (name === 'body' && rowBytes > 1000) return 'much of it '.repeat((rowBytes * (2 + dice.roll(18))) / 110);
  if (type === 'text')
    return name === 'metadata'
      ? '{"v":1}'
      : `${'words of it '.repeat(1 + dice.roll(6))}${isUnique ? row : ''}`;
  return type === 'integer' ? dice.roll(1000) : dice.roll(1000) / 8;
}

/** As the driver that the product uses would have written it. */
function rewriteLedger(sqlite: Database.Database, { ledger }: Product, { migrations }: Lineage): void {
  if (ledger === '0.45') return;
  const rows = sqlite
    .prepare<[], [string, number]>('SELECT hash, created_at FROM __drizzle_migrations ORDER BY rowid')
    .raw()
    .all();
  sqlite.exec(`DROP TABLE __drizzle_migrations;
    CREATE TABLE "__drizzle_migrations" (
      id INTEGER PRIMARY KEY,
      hash text NOT NULL,
      created_at numeric,
      name text,
      applied_at TEXT
    )`);
  const insert = sqlite.prepare(
    'INSERT INTO __drizzle_migrations (hash, created_at, name, applied_at) VALUES (?, ?, ?, ?)',
  );
  for (const [at, [hash, createdAt]] of rows.entries()) {
    insert.run(ledger === 'bun' ? '' : hash, createdAt, migrations[at]?.name, '2026-01-01T00:00:00.000Z');
  }
}
