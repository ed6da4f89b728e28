import { type Database, openMemory } from '../driver/index.ts';
import { type Lineage, registerFunctions } from '../lineage/index.ts';
import {
  type ActingSchema,
  actingSchema,
  type ForeignKeyAction,
  readForeignKeyActions,
  type SchemaObject,
} from '../replay/index.ts';
import { nameKey, quoteIdentifier } from '../sql/index.ts';
import { addedColumn } from './added-column.ts';
import { readIndexedKeys } from './read-indexed-keys.ts';
import { readShape } from './read-shape.ts';
import { scratchDatabase } from './scratch-database.ts';
import type { TableShape } from './table-shape.ts';

const probe = '"varve alone"';

/** Makes tables one at a time in an empty database and reads back what SQLite understood. */
export class ShapeReader {
  /** Whether some statement may make what is TEMP: to ask SQLite for it takes as long as the other half of a shape. */
  readonly mayMakeTemp: boolean;
  readonly #lineage: Lineage;
  readonly #known = new Map<string, TableShape>();
  readonly #latest = new Map<string, TableShape>();
  readonly #actions = new Map<string, readonly ForeignKeyAction[]>();

  constructor(lineage: Lineage) {
    this.#lineage = lineage;
    this.mayMakeTemp = lineage.migrations.some(({ sql }) => /\btemp(orary)?\b/i.test(sql));
  }

  read(name: string, ddl: string): TableShape {
    const known = this.#known.get(ddl);
    if (known) return known;
    const shape = this.#grow(name, ddl) ?? this.#make(name, ddl, (sqlite) => readShape(sqlite, name, ddl));
    this.#known.set(ddl, shape);
    this.#latest.set(name, shape);
    return shape;
  }

  /** Of a table that has but a column more than the last of its name, only the column is read. */
  #grow(name: string, ddl: string): TableShape | undefined {
    const before = this.#latest.get(name);
    const definition = before && addedColumn(before.ddl, ddl);
    if (!before || definition === undefined) return undefined;
    const alone = `CREATE TABLE ${probe} (${before.isStrict ? 'first TEXT' : 'first'}, ${definition})${before.isStrict ? ' STRICT' : ''}`;
    const { columns } = this.#make('varve alone', alone, (sqlite) => readShape(sqlite, 'varve alone', alone));
    const [, column, ...others] = columns;
    if (!column || others.length > 0) return undefined;
    return { ...before, ddl, columns: [...before.columns, column] };
  }

  /** The sets of columns, by name key, in which a table with these indexes can hold no two equal rows. */
  readUniqueKeys({ name, ddl, rowidAlias }: TableShape, indexes: readonly SchemaObject[]): string[][] {
    const keys = this.#make(name, ddl, (sqlite) => {
      for (const { sql } of indexes) sqlite.exec(sql);
      return readIndexedKeys(sqlite, name);
    });
    return rowidAlias ? [[nameKey(rowidAlias)], ...keys] : keys;
  }

  /** Read from the tables and unique indexes alone, in a database of their own; once for the same ones. */
  readActing(objects: readonly SchemaObject[]): ActingSchema {
    const made = objects.filter(
      ({ type, sql }) => /^CREATE (TABLE|UNIQUE)/i.test(sql) && (type === 'table' || type === 'index'),
    );
    const isActing =
      this.#lineage.foreignKeys !== 'off' &&
      made.some(({ sql }) => /REFERENCES[\s\S]*(CASCADE|SET)/i.test(sql));
    if (!isActing) return actingSchema([], []);
    const key = made.map(({ sql }) => sql).join(';');
    const actions = this.#actions.get(key) ?? readActionsOf(made, this.#lineage);
    this.#actions.set(key, actions);
    return actingSchema(actions, objects);
  }

  #make<T>(name: string, ddl: string, read: (sqlite: Database) => T): T {
    const sqlite = scratchDatabase(this.#lineage);
    sqlite.exec(ddl);
    try {
      return read(sqlite);
    } finally {
      sqlite.exec(`DROP TABLE ${quoteIdentifier(name)}`);
    }
  }
}

function readActionsOf(made: readonly SchemaObject[], lineage: Lineage): readonly ForeignKeyAction[] {
  const sqlite = openMemory();
  try {
    sqlite.pragma('foreign_keys = OFF');
    registerFunctions(sqlite, lineage);
    for (const { sql } of made) sqlite.exec(sql);
    return readForeignKeyActions(sqlite);
  } finally {
    sqlite.close();
  }
}
