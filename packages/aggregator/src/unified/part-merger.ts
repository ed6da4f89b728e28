import { isSqliteError, quoteIdentifier, type Statement } from '@varve/migrations/internal';
import type { HeadTable } from './head-table.ts';
import type { UnifiedWriter } from './unified-writer.ts';

/** Takes the archives of parts over into the view. */
export class PartMerger {
  readonly #writer: UnifiedWriter;
  readonly #tables: readonly HeadTable[];
  readonly #attach: Statement<[string]>;
  readonly #detach: Statement<[]>;

  constructor(writer: UnifiedWriter, tables: readonly HeadTable[]) {
    this.#writer = writer;
    this.#tables = tables;
    this.#attach = writer.sqlite.prepare('ATTACH ? AS part');
    this.#detach = writer.sqlite.prepare('DETACH part');
  }

  /** All of a part or, when the view has one of its archives by now, nothing: then it returns false. */
  merge(part: string): boolean {
    this.#attach.run(part);
    try {
      this.#writer.write(() => this.#takeOver());
      return true;
    } catch (error) {
      if (isSqliteError(error) && error.code === 'SQLITE_CONSTRAINT_UNIQUE') return false;
      throw error;
    } finally {
      this.#detach.run();
    }
  }

  #takeOver(): void {
    const { sqlite, entries } = this.#writer;
    const lastId = entries.takeOver('part');
    sqlite.exec(this.#tables.map((table) => takeOverSql(table, lastId)).join('\n'));
    for (const id of entries.listUnifiedSince(lastId)) this.#writer.settle(id);
  }
}

/** Archives are numbered on from the last that the view had. */
function takeOverSql({ name, columns }: HeadTable, lastId: number): string {
  const table = quoteIdentifier(name);
  const list = columns.map((column) => `, ${quoteIdentifier(column.name)}`).join('');
  return `INSERT INTO main.${table} ("_archive", "_version"${list})
    SELECT "_archive" + ${lastId}, "_version"${list} FROM part.${table};`;
}
