import type { SqlStatement } from '../../sql/index.ts';
import type { Operation } from '../operation.ts';
import { createVirtualTable } from '../stage/virtual-table.ts';
import { addColumn } from './add-column.ts';
import { createTable } from './create-table.ts';
import { deleteRows } from './delete-rows.ts';
import { dropColumn } from './drop-column.ts';
import { dropTable } from './drop-table.ts';
import { insertRows } from './insert-rows.ts';
import { keepRows } from './keep-rows.ts';
import { renameColumn } from './rename-column.ts';
import { renameTable } from './rename-table.ts';
import { updateRows } from './update-rows.ts';

/** Every kind of statement the lens knows. */
const operations: readonly Operation[] = [
  addColumn,
  createTable,
  createVirtualTable,
  deleteRows,
  dropColumn,
  dropTable,
  insertRows,
  keepRows,
  renameColumn,
  renameTable,
  updateRows,
];

export { keepRows };

export function operationOf(statement: SqlStatement): Operation | undefined {
  return operations.find((operation) => operation.matches(statement));
}
