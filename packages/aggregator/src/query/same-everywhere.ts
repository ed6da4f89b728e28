import { type Database, openMemory, quoteIdentifier, tokenizeSql } from '@varve/migrations/internal';

/**
 * What in a query would have another answer for each way in which a file is read, or none: a rowid, which is the file's
 * own, a view's, or that of a copy; and the name of a schema, behind which the file's old tables may lie. Undefined for
 * a query without such things. SQLite itself tells, over tables of the same columns that are views, which have no
 * rowid, in a schema of another name. Virtual tables have rowids that mean something.
 */
export function findPlaceBound(sqlite: Database, sql: string): string | undefined {
  if (!mayBePlaceBound(sql)) return undefined;
  const model = openModel(sqlite);
  try {
    const message = failureOn(model, sql);
    if (/^no such column: (.*\.)?"?(rowid|oid|_rowid_)"?( |$)/i.test(message)) return 'it asks for a rowid';
    const [, schema] = /^no such (?:table|column): (main|temp)\./i.exec(message) ?? [];
    return schema === undefined ? undefined : `it names the schema ${schema}`;
  } finally {
    model.close();
  }
}

const placeBound = /^["`[]?(rowid|oid|_rowid_|main|temp)["`\]]?$/i;

function mayBePlaceBound(sql: string): boolean {
  return [...tokenizeSql(sql)].some(({ text }) => placeBound.test(text));
}

interface Relation {
  readonly name: string;
  readonly type: string;
  readonly schema: string;
}

/** A database with the names that a connection knows. */
function openModel(sqlite: Database): Database {
  const model = openMemory();
  model.exec(`ATTACH ':memory:' AS ${modelSchema}`);
  const relations = sqlite
    .prepare<[], Relation>(
      `SELECT schema, name, type FROM pragma_table_list
       WHERE schema IN ('main', 'temp') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'
       ORDER BY type = 'virtual' DESC, schema = 'temp' DESC`,
    )
    .all();
  for (const relation of relations) addRelation(model, sqlite, relation);
  return model;
}

const modelSchema = '"varve model"';

/** What a virtual table has made for itself is there already, and of two of a name the first is meant. */
function addRelation(model: Database, sqlite: Database, { schema, name, type }: Relation): void {
  const isThere = model
    .prepare(`SELECT 1 FROM ${modelSchema}.sqlite_schema WHERE name = ? COLLATE NOCASE`)
    .get(name);
  if (isThere) return;
  if (type === 'virtual' && addVirtual(model, sqlite, { schema, name, type })) return;
  const columns = readColumns(sqlite, schema, name).map((column) => `NULL AS ${quoteIdentifier(column)}`);
  if (columns.length === 0) return;
  model.exec(`CREATE VIEW ${modelSchema}.${quoteIdentifier(name)} AS SELECT ${columns.join(', ')}`);
}

/** False where it needs a module that is not here. */
function addVirtual(model: Database, sqlite: Database, { schema, name }: Relation): boolean {
  const catalogue = schema === 'temp' ? 'sqlite_temp_schema' : 'sqlite_schema';
  const sql = sqlite
    .prepare<[string], string>(`SELECT sql FROM ${catalogue} WHERE name = ?`)
    .pluck()
    .get(name);
  const module = /\bUSING\b[\s\S]*/i.exec(sql ?? '')?.[0];
  try {
    // One statement: the text of a stranger's file may say more.
    model.prepare(`CREATE VIRTUAL TABLE ${modelSchema}.${quoteIdentifier(name)} ${module}`).run();
    return true;
  } catch {
    return false;
  }
}

/** None for a view that is broken. */
function readColumns(sqlite: Database, schema: string, name: string): string[] {
  try {
    const query = 'SELECT name FROM pragma_table_xinfo(?, ?)';
    return sqlite.prepare<[string, string], string>(query).pluck().all(name, schema);
  } catch {
    return [];
  }
}

/** Functions are those of the connection, which the model need only know by name. */
function failureOn(model: Database, sql: string): string {
  for (let before = ''; ; ) {
    try {
      model.prepare(sql);
      return '';
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const [, name] = /^no such function: (.*)$/.exec(message) ?? [];
      if (name === undefined || message === before) return message;
      model.function(name, { varargs: true }, () => null);
      before = message;
    }
  }
}
