import type { WarehouseColumn, WarehouseDialect, WarehouseKind, WarehouseTable } from './contract.ts';
import { ledgerColumns } from './ledger.ts';

const types: Record<WarehouseKind, string> = {
  integer: 'Int64',
  real: 'Float64',
  text: 'String',
  json: 'String',
  blob: 'String',
  mixed: 'String',
};

/** By ClickHouse's own rules, not by SQL's: a quote in a name is escaped by a backslash. */
export function quote(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}

/** Where the rows of tables lie: in one server, or in the shards of a cluster. */
export interface ClickHousePlace {
  /** Of several servers, each with a part of the archives. */
  readonly cluster?: string | undefined;
  /** A statement that is passed on is run in another one: names say which is meant. */
  readonly database?: string;
  /** Whether the servers of the cluster pass statements on to one another, which takes a Keeper. */
  readonly isPassedOn?: boolean;
}

/**
 * The statements for a place. With a cluster, every server must run them. Another worker may run the same ones at the same
 * time, or have been killed among them: to do them again is nothing, but for what `isDone` tells.
 */
export class ClickHouseDdl implements WarehouseDialect {
  readonly #place: ClickHousePlace;
  readonly #on: string;

  constructor(place: ClickHousePlace = {}) {
    this.#place = place;
    this.#on = place.cluster && place.isPassedOn ? ` ON CLUSTER ${quote(place.cluster)}` : '';
  }

  /** Rows of a load that its ledger entry does not name are there and not seen: an archive changes at once, as a whole. */
  rowsOf(table: string): string {
    return this.#named(`_rows_${table}`);
  }

  /** The same, of all servers. */
  allOf(table: string): string {
    return this.#place.cluster ? this.#named(`_all_${table}`) : this.rowsOf(table);
  }

  /** `IN` a list that is made from all servers. */
  get in(): string {
    return this.#place.cluster ? 'GLOBAL IN' : 'IN';
  }

  createTable(table: WarehouseTable): string[] {
    return [this.#rowsDdl(table), ...this.#distributed(table.name, '`_archive`'), this.#viewDdl(table)];
  }

  dropTable(name: string): string[] {
    return [this.#drop(this.#named(name)), ...this.#dropDistributed(name), this.#drop(this.rowsOf(name))];
  }

  addColumn(table: WarehouseTable, column: WarehouseColumn): string[] {
    return [this.#alter(table.name, `ADD COLUMN ${columnLine(column, table.key)}`)];
  }

  dropColumn(table: WarehouseTable, column: string): string[] {
    return [this.#alter(table.name, `DROP COLUMN ${quote(column)}`)];
  }

  widenColumn(table: WarehouseTable, column: string): string[] {
    return [this.#alter(table.name, `MODIFY COLUMN ${quote(column)} Nullable(String)`)];
  }

  /** What shows the columns is made anew. */
  changeTable(table: WarehouseTable, changes: readonly string[]): string[] {
    return [
      this.#drop(this.#named(table.name)),
      ...this.#dropDistributed(table.name),
      ...changes,
      ...this.#distributed(table.name, '`_archive`'),
      this.#viewDdl(table),
    ];
  }

  /** The ledger, and what is known of the tables. */
  createLedger(): string[] {
    return [
      `CREATE TABLE IF NOT EXISTS ${this.rowsOf('_varve')}${this.#on} (\`name\` String, \`value\` String, \`at\` UInt64)
        ENGINE = ReplacingMergeTree(\`at\`) ORDER BY \`name\``,
      ...this.#distributed('_varve', 'cityHash64(`name`)'),
      `CREATE TABLE IF NOT EXISTS ${this.rowsOf('_archives')}${this.#on} (${ledgerLines}) ENGINE = ReplacingMergeTree(\`_load\`) ORDER BY \`id\``,
      ...this.#distributed('_archives', '`id`'),
      `CREATE VIEW IF NOT EXISTS ${this.#named('_archives')}${this.#on} AS SELECT ${ledgerColumns.map(quote).join(', ')} FROM ${this.allOf('_archives')} FINAL
        WHERE \`state\` <> 'gone'`,
    ];
  }

  /** Takes rows away, some time after it has been said. */
  deleteRows(table: string, condition: string): string {
    return this.#alter(table, `DELETE WHERE ${condition}`);
  }

  #alter(table: string, change: string): string {
    return `ALTER TABLE ${this.rowsOf(table)}${this.#on} ${change}`;
  }

  #rowsDdl(table: WarehouseTable): string {
    const lines = [
      '`_archive` Int64',
      '`_version` Int32',
      ...table.columns.map((column) => columnLine(column, table.key)),
      '`_row` UInt32',
      '`_load` UInt64',
      '`_month` UInt32',
    ];
    const key = table.key.length > 0 ? table.key.map(quote) : ['`_row`'];
    return `CREATE TABLE IF NOT EXISTS ${this.rowsOf(table.name)}${this.#on} (${lines.join(', ')}) ENGINE = ReplacingMergeTree(\`_load\`)
    PARTITION BY \`_month\` ORDER BY (\`_archive\`, ${key.join(', ')})`;
  }

  /** An archive's rows and its entry in the ledger lie on the same server, which looks them up by itself. */
  #viewDdl({ name, columns }: WarehouseTable): string {
    const list = ['_archive', '_version', ...columns.map((column) => column.name)].map(quote).join(', ');
    return `CREATE VIEW IF NOT EXISTS ${this.#named(name)}${this.#on} AS SELECT ${list} FROM ${this.allOf(name)}
    WHERE (\`_archive\`, \`_load\`) IN (SELECT \`id\`, \`_load\` FROM ${this.rowsOf('_archives')} FINAL WHERE \`state\` = 'unified')`;
  }

  #distributed(table: string, by: string): string[] {
    const { cluster } = this.#place;
    if (!cluster) return [];
    const database = this.#place.database === undefined ? 'currentDatabase()' : quote(this.#place.database);
    return [
      `CREATE TABLE IF NOT EXISTS ${this.allOf(table)}${this.#on} AS ${this.rowsOf(table)}
        ENGINE = Distributed(${quote(cluster)}, ${database}, ${quote(`_rows_${table}`)}, ${by})`,
    ];
  }

  #dropDistributed(table: string): string[] {
    return this.#place.cluster ? [this.#drop(this.allOf(table))] : [];
  }

  #named(table: string): string {
    const { cluster, database } = this.#place;
    return cluster && database !== undefined ? `${quote(database)}.${quote(table)}` : quote(table);
  }

  #drop(table: string): string {
    return `DROP TABLE IF EXISTS ${table}${this.#on}`;
  }
}

/** Whether a statement was refused since its column is there, or is not there, already. */
export function isDone(statement: string, refusal: string): boolean {
  if (/ ADD COLUMN /.test(statement)) return /column with this name already exists/i.test(refusal);
  return / DROP COLUMN /.test(statement) && /Wrong column name|Cannot find column/i.test(refusal);
}

function columnLine({ name, kind }: WarehouseColumn, key: readonly string[]): string {
  return `${quote(name)} ${key.includes(name) ? types[kind] : `Nullable(${types[kind]})`}`;
}

const ledgerLines = `\`id\` Int64, \`path\` String, \`size_bytes\` Int64, \`mtime_ms\` Float64, \`etag\` String,
    \`session_id\` Nullable(String), \`version\` Nullable(Int32), \`rows\` Int64, \`strategy\` Nullable(String), \`state\` String,
    \`error_code\` Nullable(String), \`error_message\` Nullable(String), \`error_hint\` Nullable(String),
    \`read_at_ms\` Int64, \`head\` String, \`_load\` UInt64`;
