import type { WarehouseDialect, WarehouseTable } from './contract.ts';

/**
 * The statements that bring an engine's tables to head. A column that has become `mixed` there stays so: some archive holds
 * what does not fit. A column that is declared otherwise makes the table anew, and its rows come again from the archives.
 */
export function planDdl(
  there: readonly WarehouseTable[],
  head: readonly WarehouseTable[],
  dialect: WarehouseDialect,
): string[] {
  const known = new Map(there.map((table) => [table.name, table]));
  const gone = there.filter(({ name }) => !head.some((table) => table.name === name));
  return [
    ...gone.flatMap(({ name }) => dialect.dropTable(name)),
    ...head.flatMap((table) => {
      const before = known.get(table.name);
      if (!before) return dialect.createTable(table);
      if (mustBeMadeAnew(before, table))
        return [...dialect.dropTable(table.name), ...dialect.createTable(table)];
      const has = (one: WarehouseTable, name: string) => one.columns.some((column) => column.name === name);
      const changes = [
        ...before.columns
          .filter(({ name }) => !has(table, name))
          .flatMap(({ name }) => dialect.dropColumn(table, name)),
        ...table.columns
          .filter(({ name }) => !has(before, name))
          .flatMap((column) => dialect.addColumn(table, column)),
      ];
      return changes.length > 0 ? dialect.changeTable(table, changes) : [];
    }),
  ];
}

function mustBeMadeAnew(before: WarehouseTable, table: WarehouseTable): boolean {
  if (before.key.join() !== table.key.join()) return true;
  return table.columns.some(({ name, kind }) => {
    const known = before.columns.find((column) => column.name === name);
    return known !== undefined && known.kind !== kind && known.kind !== 'mixed';
  });
}

/** What the engine's tables are once they are at head: `mixed` columns stay mixed. */
export function mergeTables(
  there: readonly WarehouseTable[],
  head: readonly WarehouseTable[],
): WarehouseTable[] {
  return head.map((table) => {
    const before = there.find(({ name }) => name === table.name);
    if (!before || mustBeMadeAnew(before, table)) return table;
    const isMixed = (name: string) =>
      before.columns.some((column) => column.name === name && column.kind === 'mixed');
    return {
      ...table,
      columns: table.columns.map((it) => (isMixed(it.name) ? { ...it, kind: 'mixed' } : it)),
    };
  });
}
