import type { Database, Statement } from '../driver/index.ts';
import { ledgerTable } from '../ledger/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { keywordOf, nameAt, type SqlStatement } from '../sql/index.ts';

type Row = [rowid: number, ...Entry];
type Entry = [type: SchemaObject['type'], name: string, table: string, sql: string];

/** As `readSchema` has it, some of it. */
function selectRows(some: string): string {
  return `SELECT rowid, type, name, tbl_name, sql FROM sqlite_schema
    WHERE sql IS NOT NULL AND name <> '${ledgerTable}' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' AND ${some} ORDER BY rowid`;
}

/**
 * Reads the schema of a database after each of its statements. What a statement left as it was is the same object as
 * before it, and is not read again where the statement cannot have changed it.
 */
export class SchemaFollower {
  readonly #all: Statement<[], Row>;
  readonly #later: Statement<[number], Row>;
  readonly #ofTable: Statement<[string], Row>;
  /** By rowid, in their order. */
  #objects = new Map<number, SchemaObject>();

  constructor(sqlite: Database) {
    this.#all = sqlite.prepare<[], Row>(selectRows('1')).raw();
    this.#later = sqlite.prepare<[number], Row>(selectRows('rowid > ?')).raw();
    this.#ofTable = sqlite
      .prepare<[string], Row>(selectRows(`type = 'table' AND tbl_name = ? COLLATE NOCASE`))
      .raw();
  }

  /** All objects, once a statement has run; without one, as they are at the start. */
  read(statement?: SqlStatement): readonly SchemaObject[] {
    const some = statement && this.#readSome(statement);
    if (some) for (const row of some) this.#objects.set(row[0], this.#toObject(row));
    else this.#objects = new Map(this.#all.all().map((row) => [row[0], this.#toObject(row)]));
    return [...this.#objects.values()];
  }

  /** The rows that a statement may have made or changed, where it is certain that others are as they were. */
  #readSome({ tokens }: SqlStatement): Row[] | undefined {
    const [first, second, , fourth] = tokens.map(keywordOf);
    // Rows are entered after all others: https://www.sqlite.org/autoinc.html
    if (first === 'CREATE' && second !== 'VIRTUAL')
      return this.#later.all(Math.max(0, ...this.#objects.keys()));
    const table = nameAt(tokens, 2);
    if (first !== 'ALTER' || fourth !== 'ADD' || table === undefined || this.#holdsBodies()) return undefined;
    return this.#ofTable.all(table);
  }

  /** Views and triggers, which step aside for an ALTER that trips over them. */
  #holdsBodies(): boolean {
    return [...this.#objects.values()].some(({ type }) => type === 'view' || type === 'trigger');
  }

  #toObject([rowid, type, name, table, sql]: Row): SchemaObject {
    const known = this.#objects.get(rowid);
    const isSame = known?.type === type && known.name === name && known.table === table && known.sql === sql;
    return isSame ? known : { type, name, table, sql };
  }
}
