import type { Lineage } from '@varve/migrations';
import { quoteIdentifier, registerFunctions, schemaAt } from '@varve/migrations/internal';
import Database from 'better-sqlite3';
import type { GoldenProblem } from './golden-problem.ts';
import { type CellTable, readRows, readTables } from './read-cells.ts';

/**
 * The rows that head's constraints refuse: a lens shows them, a replay fails on them. SQLite's message names the column
 * or the constraint.
 */
export function findRefusedRows(lens: Database.Database, lineage: Lineage): GoldenProblem[] {
  const head = new Database(':memory:');
  try {
    head.pragma('foreign_keys = OFF');
    registerFunctions(head, lineage);
    for (const { type, sql } of schemaAt(lineage, lineage.migrations.length)) {
      if (type === 'table' || type === 'index') head.exec(sql);
    }
    return readTables(head).flatMap((table) => findInTable(lens, head, table));
  } finally {
    head.close();
  }
}

function findInTable(lens: Database.Database, head: Database.Database, table: CellTable): GoldenProblem[] {
  const stored = table.columns.flatMap(({ name, isGenerated }, at) => (isGenerated ? [] : [{ name, at }]));
  const insert = head.prepare(
    `INSERT INTO ${quoteIdentifier(table.name)} (${stored.map(({ name }) => quoteIdentifier(name)).join(', ')})
     VALUES (${stored.map(() => '?').join(', ')})`,
  );
  return readRows(lens, table).flatMap(({ name: row, values }) => {
    try {
      insert.run(stored.map(({ at }) => values[at]));
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const column = stored.find(({ name }) => reason.endsWith(`${table.name}.${name}`))?.name;
      return [{ table: table.name, row, column, reason }];
    }
  });
}
