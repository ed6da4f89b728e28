import { readPlainCopy } from '../fusion/index.ts';
import { type Shape, type Step, traceLineage } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import { keywordOf, nameAt, nameKey } from '../sql/index.ts';
import { renameOf } from './read-alteration.ts';

/** For each table of head, by name: the table of the file whose rows are as many; undefined where it has none. */
export type RowSources = ReadonlyMap<string, string | undefined>;

/**
 * Whose rows each ordinary table of head has as many as, after the pending migrations of a version: without a look at
 * what is in them. Undefined where a statement decides how many there are, such as a DELETE.
 */
export function rowSources(lineage: Lineage, from: number): RowSources | undefined {
  const { failure, shapes, steps } = traceLineage(lineage);
  const [start, head] = [shapes[from], shapes[lineage.migrations.length]];
  if (failure || !start || !head) return undefined;
  const sources = new Map<string, string | undefined>(namesOf(start));
  for (const step of steps.slice(from).flat()) if (!follow(sources, step)) return undefined;
  return new Map([...namesOf(head)].map(([key, name]) => [name, sources.get(key)]));
}

/** The ordinary tables by name key. */
function namesOf({ tables, objects }: Shape): Map<string, string> {
  const ordinary = objects.filter(({ type, name }) => type === 'table' && tables.has(nameKey(name)));
  return new Map(ordinary.map(({ name }) => [nameKey(name), name]));
}

/** False where a statement may do what is not followed here. */
function follow(sources: Map<string, string | undefined>, step: Step): boolean {
  const { statement, before, after } = step;
  const first = keywordOf(statement.tokens[0]);
  if ([before, after].some(holdsTemporary)) return false;
  if (first === 'UPDATE' || first === 'INSERT') return changesNoCount(sources, step);
  if (first === 'SELECT') return true;
  if (isFilledAtOnce(statement)) return false;
  if (first !== 'CREATE' && first !== 'DROP' && first !== 'ALTER') return false;
  const rename = renameOf(statement.tokens);
  if (rename) sources.set(nameKey(rename.to), sources.get(nameKey(rename.from)));
  for (const key of sources.keys()) if (!after.tables.has(key)) sources.delete(key);
  for (const key of after.tables.keys()) if (!before.tables.has(key) && !rename) sources.set(key, undefined);
  return [...after.tables.keys()].every((key) => sources.has(key));
}

/** `CREATE TABLE … AS`: in a list of columns the word belongs to a generated one. */
function isFilledAtOnce({ tokens }: Step['statement']): boolean {
  if (keywordOf(tokens[0]) !== 'CREATE' || keywordOf(tokens[1]) !== 'TABLE') return false;
  const texts = tokens.map((token) => keywordOf(token) || token.text);
  const [as, list] = [texts.indexOf('AS'), texts.indexOf('(')];
  return as >= 0 && (list < 0 || as < list);
}

/** What stands before the file's own, or acts on its rows. */
function holdsTemporary({ temp, tempViews, isObscured }: Shape): boolean {
  return isObscured || temp.size + tempViews.length > 0;
}

/** An UPDATE that leaves rows where they are, and a copy of all rows of a table into one that has none. */
function changesNoCount(
  sources: Map<string, string | undefined>,
  { statement: { tokens }, before }: Step,
): boolean {
  const mayBeMore = ({ type, sql }: Shape['objects'][number]) =>
    type === 'trigger' || (type === 'table' && /\bCONFLICT\b/i.test(sql));
  if (before.objects.some(mayBeMore)) return false;
  if (keywordOf(tokens[0]) === 'UPDATE')
    return keywordOf(tokens[1]) !== 'OR' && before.tables.has(nameKey(nameAt(tokens, 1) ?? ''));
  const copy = readPlainCopy(tokens);
  const [into, from] = [nameKey(copy?.into ?? ''), nameKey(copy?.from ?? '')];
  if (!sources.has(into) || !sources.has(from) || sources.get(into) !== undefined) return false;
  sources.set(into, sources.get(from));
  return true;
}
