import { readPlainCopy } from '../fusion/index.ts';
import type { Step, TableShape } from '../lens/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { identifierOf, keywordOf, nameAt, nameKey } from '../sql/index.ts';
import { renameOf } from './read-alteration.ts';
import { schemaDifference } from './schema-difference.ts';

/** Four statements that make a table anew: CREATE the new one, INSERT … SELECT, DROP the old one, RENAME. */
export interface Rebuild {
  readonly steps: readonly [Step, Step, Step, Step];
  readonly from: SchemaObject;
  readonly to: SchemaObject;
  readonly old: TableShape;
  readonly now: TableShape;
  /** By the column that is filled, in name keys: the one that is read. */
  readonly sources: ReadonlyMap<string, string>;
  /** What went with the old table. */
  readonly dropped: readonly SchemaObject[];
  /** What names the table and has another text afterwards. */
  readonly changed: readonly { readonly from: SchemaObject; readonly to: SchemaObject }[];
}

type RebuildSteps = Rebuild['steps'];

const known = new WeakMap<Step, { readonly steps: RebuildSteps; readonly rebuild: Rebuild | undefined }>();

/** Undefined where the statements from a place on are no rebuild of one table, or do more than that; once for the same ones. */
export function readRebuild(pending: readonly Step[], at: number): Rebuild | undefined {
  const [create, fill, drop, rename] = pending.slice(at, at + 4);
  if (!create || !fill || !drop || !rename) return undefined;
  const steps: RebuildSteps = [create, fill, drop, rename];
  const before = known.get(create);
  if (before?.steps.every((step, place) => step === steps[place])) return before.rebuild;
  const rebuild = rebuildOf(steps);
  known.set(create, { steps, rebuild });
  return rebuild;
}

function rebuildOf(steps: RebuildSteps): Rebuild | undefined {
  const [create, fill, drop, rename] = steps;
  const names = namesOf(create, fill, drop, rename);
  if (!names) return undefined;
  const { created, dropped, changed } = schemaDifference(create.before.objects, rename.after.objects);
  const from = tableIn(create, 'before', names.old);
  const to = tableIn(rename, 'after', names.old);
  const old = create.before.tables.get(names.old);
  const now = rename.after.tables.get(names.old);
  const goesAlong = ({ type, table }: SchemaObject) =>
    (type === 'index' || type === 'trigger') && nameKey(table) === names.old;
  if (!from || !to || !old || !now || from.name !== to.name || created.length > 0) return undefined;
  if (!dropped.every(goesAlong) || create.before.temp.has(names.old)) return undefined;
  const { sources } = names;
  const others = changed.filter((it) => it.to !== to);
  return { steps, from, to, old, now, sources, dropped, changed: others };
}

interface RebuildNames {
  readonly old: string;
  readonly sources: ReadonlyMap<string, string>;
}

function namesOf(create: Step, fill: Step, drop: Step, rename: Step): RebuildNames | undefined {
  const made = create.statement.tokens;
  const isMade = keywordOf(made[0]) === 'CREATE' && keywordOf(made[1]) === 'TABLE';
  const name = nameKey(nameAt(made, 2) ?? '');
  if (!isMade || create.before.objects.some((it) => nameKey(it.name) === name)) return undefined;
  const dropped = drop.statement.tokens;
  const old = nameKey(nameAt(dropped, 2) ?? '');
  const isDrop = keywordOf(dropped[0]) === 'DROP' && keywordOf(dropped[1]) === 'TABLE';
  const renamed = renameOf(rename.statement.tokens);
  if (!isDrop || !renamed || nameKey(renamed.from) !== name || nameKey(renamed.to) !== old) return undefined;
  const copy = readCopy(fill);
  if (!copy || nameKey(copy.into) !== name || nameKey(copy.from) !== old) return undefined;
  return { old, sources: copy.columns };
}

function readCopy({ statement: { tokens }, before }: Step): ReturnType<typeof readPlainCopy> {
  const [first, second, into, select, star, from, old] = tokens;
  const isAll =
    tokens.length === 7 &&
    [first, second, select, from].map(keywordOf).join(' ') === 'INSERT INTO SELECT FROM' &&
    star?.text === '*';
  if (!isAll) return keywordOf(first) === 'INSERT' ? readPlainCopy(tokens) : undefined;
  const [target, source] = [identifierOf(into) ?? '', identifierOf(old) ?? ''];
  const [filled, read] = [target, source].map((name) =>
    before.tables.get(nameKey(name))?.columns.filter((it) => !it.isGenerated),
  );
  if (!filled || !read || filled.length !== read.length) return undefined;
  if (before.tables.get(nameKey(source))?.columns.some((it) => it.isGenerated)) return undefined;
  const columns = new Map(filled.map(({ name }, at) => [nameKey(name), nameKey(read[at]?.name ?? '')]));
  return { into: target, from: source, columns };
}

function tableIn({ before, after }: Step, side: 'before' | 'after', key: string): SchemaObject | undefined {
  const { objects } = side === 'before' ? before : after;
  return objects.find((it) => it.type === 'table' && nameKey(it.name) === key);
}
