import type { Expr } from '../sql/index.ts';
import { editedText } from './edited-text.ts';
import { type JsonEdit, jsonEdits } from './json-edits.ts';
import type { Scope } from './scope.ts';
import type { Expression } from './value.ts';

/** An expression of a migration, as it stands there and as it was read. */
interface Part {
  readonly node: Expr;
  readonly read: Expression;
}

export interface WithJsonb {
  readonly stored: Expression;
  readonly condition: Expression | undefined;
  /** Columns that both mention, once for each mention: by name key, or as the SQL that stands for them as JSONB. */
  readonly uses: readonly string[];
  /** The same of the forms that are JSONB. */
  readonly jsonbUses: readonly string[];
}

/**
 * What a column stores and the condition for it, reading JSON as JSONB where that is the same. A column that anything
 * reads as a text is read so everywhere: the text has to be made in any case. `uses` are all mentions of columns.
 */
export function withJsonb(
  stored: Part,
  condition: Part | undefined,
  uses: readonly string[],
  scope: Scope,
): WithJsonb {
  const ofCondition = condition ? jsonEdits(condition.node, scope) : [];
  const form = (place: 'text' | 'json') => {
    const ofStored = jsonEdits(stored.node, scope, place);
    const isUseful = usefulIn([...ofStored, ...ofCondition], uses);
    const [inStored, inCondition] = [ofStored.filter(isUseful), ofCondition.filter(isUseful)];
    return {
      stored: edited(stored, inStored, scope),
      condition: condition && edited(condition, inCondition, scope),
      uses: replaced(uses, [...inStored, ...inCondition]),
    };
  };
  const [text, json] = [form('text'), form('json')];
  const jsonb = json.stored === text.stored ? undefined : json;
  return {
    stored: { ...stored.read, sql: text.stored, jsonb: jsonb?.stored },
    condition: condition && { ...condition.read, sql: text.condition ?? '', jsonb: jsonb?.condition },
    uses: text.uses,
    jsonbUses: (jsonb ?? text).uses,
  };
}

function usefulIn(edits: readonly JsonEdit[], uses: readonly string[]): (edit: JsonEdit) => boolean {
  const edited = edits.map(({ column }) => column);
  return ({ column }) => column === undefined || count(edited, column) === count(uses, column);
}

function count(list: readonly (string | undefined)[], wanted: string): number {
  return list.filter((it) => it === wanted).length;
}

function edited({ node, read }: Part, edits: readonly JsonEdit[], { sql }: Scope): string {
  return edits.length === 0 ? read.sql : editedText(node, edits, sql);
}

function replaced(uses: readonly string[], edits: readonly JsonEdit[]): string[] {
  const columns = edits.flatMap(({ column, sql }) => (column === undefined ? [] : [{ column, sql }]));
  const jsonb = new Map(columns.map(({ column, sql }) => [column, sql]));
  return uses.map((use) => jsonb.get(use) ?? use);
}
