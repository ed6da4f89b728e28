import { randomInt } from 'node:crypto';
import { archiveIdOf } from '../find/index.ts';
import { type ClickHouseDdl, quote } from './clickhouse-ddl.ts';
import { clickHouseRows, readMonths, writtenForClickHouse } from './clickhouse-rows.ts';
import { type ClickHouseServers, type ConnectedClickHouse, connectClickHouse } from './clickhouse-servers.ts';
import type { LoadBatch, LoadedArchive, Warehouse, WarehouseTable } from './contract.ts';
import { ledgerColumns, ledgerRow, uuidPattern } from './ledger.ts';
import { tabSeparatedLine } from './tab-separated.ts';

/** @throws CLIENT_MISSING */
export async function openClickHouse(url: string): Promise<ClickHouse> {
  return new ClickHouse(await connectClickHouse(url));
}

export class ClickHouse implements Warehouse {
  readonly dialect: ClickHouseDdl;
  readonly #servers: ClickHouseServers;
  /** Later ones are greater, also those of other processes but for what their clocks are apart. */
  #lastLoad = 0n;
  readonly #start = BigInt(randomInt(Number(loadsAMillisecond)));
  /** Archives whose rows of earlier loads lie there unseen, by the load that took their place. */
  readonly #unseen = new Map<bigint, bigint[]>();

  constructor({ servers, dialect }: ConnectedClickHouse) {
    this.#servers = servers;
    this.dialect = dialect;
  }

  async readFacts(): Promise<ReadonlyMap<string, string> | undefined> {
    const facts = this.dialect.allOf('_varve');
    const [[count = '0'] = []] = await this.#servers.lines(`EXISTS TABLE ${facts}`);
    if (count !== '1') return undefined;
    const rows = await this.#servers.lines(`SELECT \`name\`, \`value\` FROM ${facts} FINAL`);
    return rows.length === 0 ? undefined : new Map(rows.map(([name = '', value = '']) => [name, value]));
  }

  async change(statements: readonly string[], facts: Readonly<Record<string, string>>): Promise<void> {
    const before = await this.readFacts();
    const isNew = before === undefined;
    if (facts.changed !== undefined && before?.get('changed') === facts.changed) return;
    const all = [...(isNew ? this.dialect.createLedger() : []), ...statements];
    for (const statement of all) await this.#servers.everywhere(statement);
    const at = this.#nextLoad();
    const lines = Object.entries(facts).map(([name, value]) =>
      tabSeparatedLine([name, value, at], ['text', 'text', 'integer'], writtenForClickHouse),
    );
    await this.#insert('_varve', ['name', 'value', 'at'], lines);
  }

  async readLoaded(ids: readonly bigint[]): Promise<LoadedArchive[]> {
    const rows = await this.#servers.lines(
      `SELECT \`id\`, \`size_bytes\`, \`mtime_ms\`, \`etag\`, \`head\`, \`state\` FROM ${this.#ledger} FINAL
        WHERE \`id\` IN (${ids.join(', ')}) AND \`state\` <> 'gone'`,
    );
    return rows.map(([id = '0', size, mtime, etag = '', head = '', state = '']) => ({
      id: BigInt(id),
      sizeBytes: Number(size),
      mtimeMs: Number(mtime),
      etag,
      head,
      state,
    }));
  }

  async write(batch: LoadBatch): Promise<void> {
    const replaced = await this.readLoaded(batch.archives.map(({ file }) => archiveIdOf(file.path)));
    const load = this.#nextLoad();
    const months = readMonths(batch);
    for (const table of batch.tables) {
      const { names, lines } = clickHouseRows(batch, table, load, months);
      await this.#insert(table.name, names, lines);
    }
    const kinds = ledgerColumns.map(() => 'text' as const);
    const lines = batch.archives.map((archive) =>
      tabSeparatedLine(
        [...ledgerRow(archive, batch.head), load],
        [...kinds, 'integer'],
        writtenForClickHouse,
      ),
    );
    // From here on the rows are seen.
    await this.#insert('_archives', [...ledgerColumns, '_load'], lines);
    if (replaced.length > 0)
      this.#unseen.set(
        load,
        replaced.map(({ id }) => id),
      );
  }

  async settleDuplicates(): Promise<void> {
    const sessions = `match(assumeNotNull(\`session_id\`), '${uuidPattern}') AND \`state\` = 'unified'`;
    const rows =
      await this.#servers.lines(`SELECT \`session_id\`, toString(\`id\`) FROM ${this.#ledger} FINAL WHERE ${sessions}
      AND \`session_id\` ${this.dialect.in} (SELECT \`session_id\` FROM ${this.#ledger} FINAL WHERE ${sessions}
        GROUP BY \`session_id\` HAVING count() > 1)
      ORDER BY \`session_id\`, \`mtime_ms\` DESC, \`path\``);
    const older = rows
      .filter(([session], at) => session === rows[at - 1]?.[0])
      .map(([, id = '0']) => BigInt(id));
    await this.#setState(older, 'duplicate');
  }

  async *listLoaded(): AsyncGenerator<readonly { readonly id: bigint; readonly path: string }[]> {
    for (let after = -1n; ; ) {
      const rows = await this.#servers.lines(`SELECT toString(\`id\`), \`path\` FROM ${this.#ledger} FINAL
        WHERE \`state\` <> 'gone' AND \`id\` > ${after} ORDER BY \`id\` LIMIT 10000`);
      const page = rows.map(([id = '0', path = '']) => ({ id: BigInt(id), path }));
      const last = page.at(-1);
      if (!last) return;
      yield page;
      after = last.id;
    }
  }

  async remove(ids: readonly bigint[]): Promise<void> {
    await this.#setState(ids, 'gone');
  }

  async sweep(): Promise<void> {
    if (this.#unseen.size === 0) return;
    const facts = await this.readFacts();
    const tables = JSON.parse(facts?.get('tables') ?? '[]') as WarehouseTable[];
    for (const [load, ids] of this.#unseen) {
      const condition = `\`_archive\` IN (${ids.join(', ')}) AND \`_load\` < ${load}`;
      for (const { name } of tables) await this.#servers.everywhere(this.dialect.deleteRows(name, condition));
      this.#unseen.delete(load);
    }
  }

  /** What is seen of an archive is what its newest entry says. */
  async #setState(ids: readonly bigint[], state: string): Promise<void> {
    if (ids.length === 0) return;
    const load = this.#nextLoad();
    const columns = ledgerColumns.map((name) => (name === 'state' ? `'${state}'` : quote(name)));
    await this.#servers.command(`INSERT INTO ${this.#ledger} (${[...ledgerColumns, '_load'].map(quote).join(', ')})
      SELECT ${columns.join(', ')}, ${load} FROM ${this.#ledger} FINAL WHERE \`id\` IN (${ids.join(', ')})`);
    this.#unseen.set(load, [...ids]);
  }

  get #ledger(): string {
    return this.dialect.allOf('_archives');
  }

  query(sql: string): Promise<unknown[][]> {
    return this.#servers.query(sql);
  }

  async close(): Promise<void> {
    await this.#servers.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #nextLoad(): bigint {
    const now = BigInt(Date.now()) * loadsAMillisecond + this.#start;
    this.#lastLoad = now > this.#lastLoad ? now : this.#lastLoad + 1n;
    return this.#lastLoad;
  }

  #insert(table: string, names: readonly string[], lines: Iterable<string>): Promise<void> {
    return this.#servers.insert(this.dialect.allOf(table), names, lines);
  }
}

/** Those of a process begin among them by chance: two loads at once must not have one number. */
const loadsAMillisecond = 1n << 20n;
