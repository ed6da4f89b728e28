import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import type { Warehouse, WarehouseTable } from './contract.ts';
import { mergeTables, planDdl } from './plan-ddl.ts';
import { headDigest, warehouseTables } from './warehouse-tables.ts';

/**
 * Makes the tables of head in a database that has none, and brings them to head when told to.
 *
 * @throws WAREHOUSE_BEHIND with `details.ddl`, the statements that bring it to head; WAREHOUSE_FOREIGN
 */
export async function prepareWarehouse(
  warehouse: Warehouse,
  lineage: Lineage,
  applyDdl: boolean,
): Promise<readonly WarehouseTable[]> {
  const facts = await warehouse.readFacts();
  const head = warehouseTables(lineage);
  if (facts && facts.get('lineage') !== lineage.name) throw foreign(facts.get('lineage'), lineage.name);
  const there = JSON.parse(facts?.get('tables') ?? '[]') as WarehouseTable[];
  const digest = headDigest(lineage);
  if (facts?.get('head') === digest) return there;
  if (facts && Number(facts.get('migrations')) > lineage.migrations.length) throw ahead(lineage.name);
  const ddl = planDdl(there, head, warehouse.dialect);
  if (facts && !applyDdl && ddl.length > 0) throw behind(ddl);
  const tables = mergeTables(there, head);
  await saveTables(warehouse, tables, ddl, digest, {
    lineage: lineage.name,
    migrations: String(lineage.migrations.length),
  });
  return tables;
}

/** Keeps what the tables are from now on beside them. */
export async function saveTables(
  warehouse: Warehouse,
  tables: readonly WarehouseTable[],
  statements: readonly string[],
  head: string,
  others: Readonly<Record<string, string>> = {},
): Promise<void> {
  const text = JSON.stringify(tables);
  await warehouse.change(statements, { ...others, tables: text, head, changed: `${head} ${text}` });
}

function behind(ddl: readonly string[]): VarveError {
  return new VarveError('WAREHOUSE_BEHIND', 'the tables of the database are not those of head', {
    hint: `let them be changed with --apply-ddl; that runs:\n${ddl.map((it) => `  ${it};`).join('\n')}`,
    details: { ddl },
  });
}

export function ahead(lineage: string): VarveError {
  return new VarveError('VERSION_AHEAD', 'the database was loaded by a newer version of the lineage', {
    hint: 'update this program, or load into another database',
    details: { lineage },
  });
}

function foreign(there: string | undefined, lineage: string): VarveError {
  return new VarveError(
    'WAREHOUSE_FOREIGN',
    `the database holds archives of the lineage ${there}, not of ${lineage}`,
    {
      hint: 'load into another database or schema',
      details: { there, lineage },
    },
  );
}
