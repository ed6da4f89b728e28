import type { Step } from '../lens/index.ts';
import { identifierOf, keywordOf, nameAt, nameKey } from '../sql/index.ts';
import { onceFor } from './once-for.ts';
import { alterationOf, type EditOperation } from './operation.ts';
import type { Alteration, ColumnOrigin } from './patch.ts';
import { type SchemaDifference, schemaDifference, type TableRename } from './schema-difference.ts';

/** An ALTER TABLE as what it does to the schema; undefined where SQLite must look at the rows. */
export function readAlteration(step: Step, names: Set<string>): EditOperation | undefined {
  const { statement, before, after } = step;
  const { tokens } = statement;
  const table = nameAt(tokens, 2) ?? '';
  if (!before.tables.has(nameKey(table)) || before.temp.has(nameKey(table))) return undefined;
  const { changed } = differenceOf(step);
  if (changed.length === 0) return undefined;
  for (const { from, to } of changed) names.add(nameKey(from.name)).add(nameKey(to.name));
  const altered = changed.filter(
    ({ from }) => from.type === 'table' && nameKey(from.name) === nameKey(table),
  );
  const columns = altered.map(({ to }) => originsOf(step, table, to.name))[0] ?? [];
  const stored = storedIn(before, table);
  const alterations = changed.map(({ from, to }): Alteration => {
    return {
      type: from.type,
      name: from.name,
      to,
      isNarrowed: false,
      columns: to === altered[0]?.to ? columns : [],
      stored: to === altered[0]?.to ? stored : [],
    };
  });
  const edit = alterationOf(names, alterations);
  const words = tokens.map(keywordOf);
  if (words.includes('RENAME')) return edit;
  if (words.includes('DROP') && !words.includes('ADD')) return readDrop(step, table, edit);
  if (!words.includes('ADD')) return undefined;
  const demand = demandOfAddition(
    words.slice(3),
    tokens.slice(3).map(({ text }) => text),
  );
  const added = after.tables.get(nameKey(table))?.columns.at(-1);
  if (demand === 'unknown' || !added || before.tables.get(nameKey(table))?.isStrict) return undefined;
  const mustBeEmpty = demand === 'empty' ? [table] : [];
  return { ...edit, mustBeEmpty, addedColumn: nameKey(added.name), isAddition: true };
}

/** What a statement did to the schema. Pending statements are read once for each version that they are pending for. */
export const differenceOf: (step: Step) => SchemaDifference = onceFor(({ statement, before, after }) =>
  schemaDifference(before.objects, after.objects, renameOf(statement.tokens)),
);

export function renameOf(tokens: Step['statement']['tokens']): TableRename | undefined {
  const isRename = keywordOf(tokens.at(-3)) === 'RENAME' && keywordOf(tokens.at(-2)) === 'TO';
  if (keywordOf(tokens[0]) !== 'ALTER' || !isRename) return undefined;
  return { from: nameAt(tokens, 2) ?? '', to: identifierOf(tokens.at(-1)) ?? '' };
}

/**
 * What a column asks of the rows that are there, by https://www.sqlite.org/lang_altertable.html#altertabaddcol: nothing,
 * that there be none, or something that SQLite finds out by a look at them.
 */
function demandOfAddition(
  words: readonly string[],
  texts: readonly string[],
): 'nothing' | 'empty' | 'unknown' {
  if (words.some((word) => word === 'CHECK' || word === 'AS' || word === 'GENERATED')) return 'unknown';
  const at = words.indexOf('DEFAULT');
  if (at !== -1 && words.includes('REFERENCES')) return 'unknown';
  const value = at === -1 ? 'NULL' : constantIn(texts.slice(at + 1));
  if (value === undefined) return 'empty';
  const hasNoValue = /^null$/i.test(value);
  const isNotNull = words.some((word, place) => word === 'NOT' && words[place + 1] === 'NULL');
  return isNotNull && hasNoValue ? 'empty' : 'nothing';
}

/** The value that a default starts with, where no row need be there to know it: in brackets or without, and a name is a text. */
function constantIn(texts: readonly string[]): string | undefined {
  const depth = texts.findIndex((text) => text !== '(');
  const isSigned = texts[depth] === '-' || texts[depth] === '+';
  const [value = '', ...rest] = texts.slice(isSigned ? depth + 1 : depth);
  if (!rest.slice(0, depth).every((text) => text === ')')) return undefined;
  return literal.test(value) || (depth === 0 && !isSigned && bareName.test(value)) ? value : undefined;
}

const literal = /^('(?:[^']|'')*'|[\d.][\w.]*|true|false|null)$/i;
const bareName = /^(?!current_)(?:["`[]|[a-z_])/i;

/** SQLite writes every row anew, unless the column is computed when it is read. */
function readDrop({ before, after }: Step, table: string, edit: EditOperation): EditOperation | undefined {
  const [old, now] = [before, after].map((shape) => shape.tables.get(nameKey(table)));
  if (!old || !now || edit.alterations.length > 1) return undefined;
  const left = new Set(now.columns.map(({ name }) => name));
  if (old.columns.some(({ name, isGenerated }) => isGenerated && !left.has(name))) return undefined;
  return { ...edit, alterations: edit.alterations.map((it) => ({ ...it, isNarrowed: true })) };
}

function storedIn({ tables }: Step['before'], table: string): string[] {
  const columns = tables.get(nameKey(table))?.columns ?? [];
  return columns.filter(({ isGenerated }) => !isGenerated).map(({ name }) => name);
}

/** ALTER TABLE adds at the end, renames in place, and takes away. */
function originsOf({ before, after }: Step, table: string, newName: string): ColumnOrigin[] {
  const old = before.tables.get(nameKey(table))?.columns ?? [];
  const now = after.tables.get(nameKey(newName))?.columns ?? [];
  const oldNames = new Set(old.map(({ name }) => name));
  return now.flatMap(({ name, isGenerated }, at) => {
    if (isGenerated) return [];
    const renamed = now.length === old.length ? old[at]?.name : undefined;
    return [{ name, from: oldNames.has(name) ? name : renamed }];
  });
}
