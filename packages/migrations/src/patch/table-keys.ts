import { type Database, openMemory } from '../driver/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import { quoteIdentifier, rowidNames } from '../sql/index.ts';

/** What lies in a file beside the rows of a table, and what its rows refer to. */
export interface TableKeys {
  /** The indexes that its constraints make: which columns, how compared, in which order. */
  readonly constraints: string;
  readonly references: string;
}

interface IndexRow {
  readonly name: string;
  readonly unique: number;
  readonly origin: string;
}

/** Makes tables one at a time in an empty database and reads back what their constraints come to. */
export class TableKeyReader {
  readonly #lineage: Lineage;
  readonly #known = new Map<string, TableKeys>();

  constructor(lineage: Lineage) {
    this.#lineage = lineage;
  }

  read(name: string, ddl: string): TableKeys {
    const known = this.#known.get(ddl) ?? this.#make(name, ddl);
    this.#known.set(ddl, known);
    return known;
  }

  #make(name: string, ddl: string): TableKeys {
    const sqlite = openMemory();
    try {
      registerFunctions(sqlite, this.#lineage);
      sqlite.exec(ddl);
      const references = sqlite.pragma(`foreign_key_list(${quoteIdentifier(name)})`);
      return {
        constraints: JSON.stringify(readConstraints(sqlite, name)),
        references: JSON.stringify(references),
      };
    } finally {
      sqlite.close();
    }
  }
}

function readConstraints(sqlite: Database, table: string): unknown {
  const indexes = sqlite.pragma(`index_list(${quoteIdentifier(table)})`) as IndexRow[];
  const terms = sqlite.prepare('SELECT seqno, cid, "desc", coll FROM pragma_index_xinfo(?) WHERE key');
  return indexes
    .map(({ name, unique, origin }) => ({ name, unique, origin, terms: terms.raw().all(name) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The name of the rowid that no column shows; undefined where one does, or none is left for it. */
export function hiddenRowidOf(columns: readonly { readonly name: string }[]): string | undefined {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  return rowidNames.find((name) => !taken.has(name));
}
