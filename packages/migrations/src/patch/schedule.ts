import { nameKey } from '../sql/index.ts';
import { conflicts } from './conflicts.ts';
import type { EditOperation, PatchOperation } from './operation.ts';
import type { Alteration, ColumnOrigin, Creation, PatchBatch, PatchScript, Renewal } from './patch.ts';

/**
 * Gathers operations in as few batches as keep the order of those that have to do with one another: SQLite reads the whole
 * schema again after each edit, but for one that comes first and may be written before SQLite reads any. Batches run
 * statements and edit the schema in turn.
 */
export function scheduleOperations(read: readonly PatchOperation[]): PatchBatch[] {
  const operations = read.map((operation, at) => runIfNeeded(operation, read.slice(at + 1)));
  const awaited = operations.map((operation, at) => {
    return operations.slice(0, at).flatMap((earlier, place) => (conflicts(earlier, operation) ? place : []));
  });
  const [editsFirst, runsFirst] = [gather(operations, awaited, 'edit'), gather(operations, awaited, 'run')];
  const countEdits = (batches: readonly PatchBatch[]) => batches.filter(({ kind }) => kind === 'edit').length;
  return countEdits(editsFirst) > countEdits(runsFirst) ? runsFirst : editsFirst;
}

/** Of each operation, by their places in the list, the earlier ones that it may not change places with. */
type Precedence = readonly (readonly number[])[];

function gather(
  operations: readonly PatchOperation[],
  awaited: Precedence,
  first: PatchOperation['kind'],
): PatchBatch[] {
  const places = earliestPlaces(operations, awaited, first);
  delayEdits(operations, awaited, places);
  const batches = Array.from({ length: Math.max(0, ...places) + 1 }, (_, place) =>
    operations.filter((_, at) => places[at] === place),
  );
  return batches.filter((batch) => batch.length > 0).map(toBatch);
}

/** What a statement waits for is made by a statement too: that is cheaper than to read the schema again. */
function runIfNeeded(operation: PatchOperation, later: readonly PatchOperation[]): PatchOperation {
  if (operation.kind !== 'edit' || operation.creations.length === 0) return operation;
  if (!later.some((other) => other.kind === 'run' && conflicts(operation, other))) return operation;
  const sql = operation.creations.map(({ object }) => object.sql).join(';\n');
  return {
    kind: 'run',
    names: operation.names,
    sql,
    columns: undefined,
    isRepeatable: true,
    isActing: false,
    isPrelude: false,
    creates: operation.creates,
    mayOrphan: false,
  };
}

function earliestPlaces(
  operations: readonly PatchOperation[],
  awaited: Precedence,
  first: PatchOperation['kind'],
): number[] {
  const places: number[] = [];
  for (const [at, operation] of operations.entries()) {
    const before = [...(awaited[at] ?? []), ...(first === 'edit' ? growing(operations, at) : [])];
    const earliest = Math.max(0, ...before.map((place) => places[place] ?? 0));
    const isOwn = earliest % 2 === (operation.kind === first ? 0 : 1);
    places.push(isOwn ? earliest : earliest + 1);
  }
  return places;
}

/** Where a column is added, what writes rows of its table before: they would hold it, and might not fit where they lie. */
function growing(operations: readonly PatchOperation[], at: number): number[] {
  const edit = operations[at];
  if (edit?.kind !== 'edit' || edit.addedColumn === undefined) return [];
  const names = edit.alterations.map(({ name }) => nameKey(name));
  return operations
    .slice(0, at)
    .flatMap((run, place) => (run.kind === 'run' && names.some((name) => run.names.has(name)) ? place : []));
}

/** An edit for which nothing waits goes with the last that there is. */
function delayEdits(operations: readonly PatchOperation[], awaited: Precedence, places: number[]): void {
  const last = Math.max(0, ...places.filter((_, at) => operations[at]?.kind === 'edit'));
  for (let at = operations.length - 1; at >= 0; at--) {
    if (operations[at]?.kind !== 'edit') continue;
    let latest = last;
    for (let later = at + 1; later < operations.length; later++) {
      if (awaited[later]?.includes(at))
        latest = Math.min(latest, (places[later] ?? 0) - (operations[later]?.kind === 'edit' ? 0 : 1));
    }
    places[at] = latest;
  }
}

function toBatch(operations: readonly PatchOperation[]): PatchBatch {
  const edits = operations.filter((it) => it.kind === 'edit');
  if (edits.length > 0) return joinEdits(edits);
  const isOfRows = operations.some((it) => it.kind === 'run' && !it.isPrelude);
  return { kind: 'run', scripts: operations.reduce(addScript, []), isOfRows };
}

function addScript(scripts: readonly PatchScript[], operation: PatchOperation): PatchScript[] {
  if (operation.kind !== 'run') return [...scripts];
  const { sql, isActing } = operation;
  const last = scripts.at(-1);
  if (!last || last.isActing || isActing) return [...scripts, { sql, isActing }];
  return [...scripts.slice(0, -1), { sql: `${last.sql};\n${sql}`, isActing }];
}

function joinEdits(operations: readonly EditOperation[]): PatchBatch {
  const alterations: Alteration[] = [];
  const creations: Creation[] = [];
  const mustBeEmpty = new Set<string>();
  for (const operation of operations) {
    for (const name of operation.mustBeEmpty) {
      const before = nameBefore(name, alterations, creations);
      if (before !== undefined) mustBeEmpty.add(before);
    }
    creations.push(...operation.creations);
    for (const alteration of operation.alterations) join(alterations, creations, alteration);
  }
  return { kind: 'edit', alterations, creations, mustBeEmpty: [...mustBeEmpty] };
}

/** What a table was called before the edits; undefined for one that they make. */
function nameBefore(
  name: string,
  alterations: readonly Alteration[],
  creations: readonly Creation[],
): string | undefined {
  const isIt = ({ type, name: other }: { readonly type: string; readonly name: string }) =>
    type === 'table' && other.toLowerCase() === name.toLowerCase();
  if (creations.some(({ object }) => isIt(object))) return undefined;
  return alterations.find(({ to }) => isIt(to))?.name ?? name;
}

function join(alterations: Alteration[], creations: Creation[], alteration: Alteration): void {
  const isIt = ({ type, name }: { readonly type: string; readonly name: string }) =>
    type === alteration.type && name === alteration.name;
  const made = creations.findIndex(({ object }) => isIt(object));
  const altered = alterations.findIndex(({ to }) => isIt(to));
  const [creation, earlier] = [creations[made], alterations[altered]];
  if (creation) creations[made] = rewriteCreation(creation, alteration);
  else if (earlier) alterations[altered] = compose(earlier, alteration);
  else alterations.push(alteration);
}

function compose(earlier: Alteration, alteration: Alteration): Alteration {
  const { to, columns, isNarrowed } = alteration;
  const origins = new Map(earlier.columns.map(({ name, from }) => [name, from]));
  const composed = columns.map(({ name, from }) => ({
    name,
    from: from === undefined || earlier.columns.length === 0 ? from : origins.get(from),
  }));
  const isOfRows = columns.length > 0;
  const now = isOfRows ? composed : earlier.columns;
  const stored = earlier.stored.length > 0 ? earlier.stored : alteration.stored;
  return {
    ...earlier,
    to,
    columns: now,
    stored,
    renewed: joinRenewals(earlier.renewed, alteration.renewed),
    isNarrowed: (earlier.isNarrowed || isNarrowed) && !isAsItLies(stored, now),
  };
}

/** A column that came and went before a row had it leaves nothing behind. */
function isAsItLies(stored: readonly string[], columns: readonly ColumnOrigin[]): boolean {
  return stored.every((name, at) => columns[at]?.from === name);
}

function joinRenewals(earlier: Renewal | undefined, later: Renewal | undefined): Renewal | undefined {
  return later ? { ...later, names: [...(earlier?.names ?? []), ...later.names] } : earlier;
}

function rewriteCreation(creation: Creation, { to, renewed }: Alteration): Creation {
  const { name } = creation.object;
  const prefix = 'sqlite_autoindex_';
  const rows = creation.rows.map((row, at) => {
    if (at === 0) return { ...row, name: to.name, table: to.table, sql: to.sql };
    const suffix = row.name.slice(prefix.length + name.length);
    return { ...row, name: `${prefix}${to.name}${suffix}`, table: to.name };
  });
  return { ...creation, object: to, rows, renewed: renewed ?? creation.renewed };
}
