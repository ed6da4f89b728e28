import { nameKey, quoteIdentifier } from '../../sql/index.ts';
import type { Replica, Stage, StageRun, Store } from '../program.ts';
import { isEmpty, rowidName, withoutColumns } from '../relation.ts';
import { renderRelation, withKnownColumns } from '../render-relation.ts';

/** The statements of a stage. While it stands, every name means what it would in a replay. */
export function renderStage(stage: Stage): string[] {
  if (stage.store) return renderStore(stage.store);
  const replicas = [...stage.replicas.values()];
  // Of triggers of a table SQLite runs the newest first, and foreign keys act before any.
  const triggers = [...stage.triggers.values(), ...stage.actions.values()];
  const views = [...stage.views.values()];
  return [
    ...replicas.flatMap(renderReplica),
    ...views.map(({ sql }) => sql.replace(/^CREATE VIEW/i, 'CREATE TEMP VIEW')),
    ...triggers.map(({ sql }) => sql.replace(/^CREATE TRIGGER/i, 'CREATE TEMP TRIGGER')),
    ...stage.runs.flatMap(renderRun),
    ...triggers.map(({ name }) => `DROP TRIGGER ${inTemp(name)}`),
    ...views.map(({ name }) => `DROP VIEW ${inTemp(name)}`),
    ...replicas.flatMap((replica) => renderRemoval(replica, stage)),
    ...[...stage.changed.values()].map(
      ({ name }) => `ALTER TABLE ${inTemp(name)} RENAME TO ${quoteIdentifier(stage.nameAfterwards(name))}`,
    ),
  ];
}

function renderRun({ sql, isRecursive }: StageRun): string[] {
  if (!isRecursive) return [sql];
  return ['PRAGMA recursive_triggers = ON', sql, 'PRAGMA recursive_triggers = OFF'];
}

function inTemp(name: string): string {
  return `temp.${quoteIdentifier(name)}`;
}

/** Without constraints, which the rows met where they were made; with what comparisons can tell of a column. */
function renderStore({ name, relation, rowid }: Store): string[] {
  const known = withKnownColumns(relation);
  const columns = known.columns.map((column, at) => {
    const value = known.arms[0]?.values[at];
    return `${quoteIdentifier(column)} ${storedTypes[value?.affinity ?? 'blob']} COLLATE ${quoteIdentifier(value?.collation ?? 'BINARY')}`;
  });
  const names = [...(rowid ? [rowid] : []), ...known.columns.map(quoteIdentifier)].join(', ');
  return [
    `CREATE TEMP TABLE ${quoteIdentifier(name)} (${columns.join(', ')})`,
    `INSERT INTO ${inTemp(name)} (${names})\n${renderRelation(known, 'main', rowid !== undefined)}`,
  ];
}

const storedTypes = { blob: 'BLOB', text: 'TEXT', integer: 'INT', real: 'REAL', numeric: 'NUMERIC' } as const;

function renderReplica(replica: Replica): string[] {
  const { table, rows, indexes } = replica;
  const ddl = table.ddl.replace(/^CREATE TABLE/i, 'CREATE TEMP TABLE');
  const fill = isEmpty(rows) ? [] : [renderFill(replica)];
  return [ddl, ...fill, ...renderSequence(replica), ...indexes.map((index) => index.sql)];
}

function renderFill({ table, rows }: Replica): string {
  const generated = table.columns.filter((column) => column.isGenerated).map((column) => column.name);
  const stored = withoutColumns(rows, generated);
  const rowid = table.rowidAlias === undefined ? rowidName(table) : undefined;
  const columns = [...(rowid ? [rowid] : []), ...stored.columns.map(quoteIdentifier)].join(', ');
  return `INSERT INTO ${inTemp(table.name)} (${columns})\n${renderRelation(stored, 'main', rowid !== undefined)}`;
}

/** The keys that were given out, beyond those of the rows that are left. */
function renderSequence({ table, sequence }: Replica): string[] {
  if (!sequence) return [];
  const [name, from] = [table.name, sequence.name].map((it) => `'${it.replaceAll("'", "''")}'`);
  return [
    `DELETE FROM temp.sqlite_sequence WHERE name = ${name}`,
    `INSERT INTO temp.sqlite_sequence (name, seq)
SELECT ${name}, seq FROM ${sequence.schema}.sqlite_sequence WHERE name = ${from}`,
  ];
}

/** Names of indexes are free again for the next stage; a table that was only read is not needed any more. */
function renderRemoval({ table, indexes }: Replica, stage: Stage): string[] {
  if (!stage.changed.has(nameKey(table.name))) return [`DROP TABLE ${inTemp(table.name)}`];
  return indexes.map(({ name }) => `DROP INDEX ${inTemp(name)}`);
}
