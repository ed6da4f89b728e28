import type { Step } from '../lens/index.ts';
import type { Lineage } from '../lineage/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import { identifierOf, keywordOf, nameAt, nameKey, rowChangeOf, type SqlToken } from '../sql/index.ts';
import { isBeyondPatch, isLegacyPragma } from './beyond-patch.ts';
import { asksForCounters, countedNames, isOfCounters } from './counters.ts';
import { isRepeatable } from './is-repeatable.ts';
import { addReached, identifiersIn, identifiersOf } from './known-names.ts';
import { onceFor } from './once-for.ts';
import type { EditOperation, PatchOperation, RunOperation } from './operation.ts';
import { differenceOf, readAlteration, renameOf } from './read-alteration.ts';
import { CreationReader } from './read-creation.ts';
import type { SchemaDifference } from './schema-difference.ts';

/** Reads pending statements, in order, as what they do in a patch. */
export class OperationReader {
  readonly #known: ReadonlySet<string>;
  readonly #counted: ReadonlySet<string>;
  readonly #isLegacy: boolean;
  readonly #creations: CreationReader;
  /** By name key: what the table was called at the start; undefined for one that was made since. */
  readonly #startNames = new Map<string, string | undefined>();
  readonly #written = new Set<string>();
  readonly #orphaning = new Set<string>();
  /** By name key, tables that refer to others than before. */
  readonly referring = new Set<string>();

  readonly #isOff: boolean;

  constructor(lineage: Lineage, known: ReadonlySet<string>, pending: readonly Step[]) {
    this.#isOff = lineage.foreignKeys === 'off';
    this.#known = known;
    this.#counted = countedNames(pending);
    this.#isLegacy = pending.some(isLegacyPragma);
    this.#creations = new CreationReader(lineage);
  }

  /** The tables, by name key, whose rows may be others than the file's. */
  get written(): ReadonlySet<string> {
    return this.#written;
  }

  /** Those of them in which a row may be gone, or have another key. */
  get orphaning(): ReadonlySet<string> {
    return this.#orphaning;
  }

  /** What a table, by name key, was called in the file; undefined for one that was made since. */
  startName(table: string): string | undefined {
    return this.#startNames.has(table) ? this.#startNames.get(table) : table;
  }

  /** Undefined where only a replay does what the statement does. */
  read(step: Step): PatchOperation[] | undefined {
    const { statement } = step;
    const [first] = statement.tokens.map(keywordOf);
    if (isBeyondPatch(step)) return undefined;
    if (isLegacyPragma(step) || (first === 'SELECT' && isConstant(step))) return [];
    const names = this.#namesIn(step);
    const difference = differenceOf(step);
    const edit = first === 'ALTER' ? readAlteration(step, names) : this.#readCreate(step, names, difference);
    if (edit) {
      this.#follow(step);
      return [edit];
    }
    // What it does to what else the schema says depends on the pragma, but for a column that is added.
    if (first === 'ALTER' && this.#isLegacy && !statement.tokens.some(isAdd)) return undefined;
    if (asksForCounters(step)) for (const name of this.#counted) names.add(name);
    // IF EXISTS: a file may have it though the lineage does not.
    if (first === 'DROP') names.add(nameKey(nameAt(statement.tokens, 2) ?? ''));
    // An index that goes may have been the way in which rows are read.
    for (const { table } of difference.dropped) names.add(nameKey(table));
    addReached(names, step, this.#known);
    const isActing = !this.#isOff && mayAct(step);
    if (isActing) for (const name of familiesOf(step)) if (this.#known.has(name)) names.add(name);
    const run = { ...readRun(step, names), isActing };
    if (!isOfCounters(step)) for (const name of names) this.#written.add(name);
    if (run.mayOrphan) for (const name of names) this.#orphaning.add(name);
    return [run];
  }

  #namesIn({ statement }: Step): Set<string> {
    return new Set([...identifiersIn(statement.tokens)].filter((name) => this.#known.has(name)));
  }

  /** A table under a new name is the same table. */
  #follow({ statement: { tokens } }: Step): void {
    const rename = renameOf(tokens);
    if (!rename) return;
    const [from, to] = [nameKey(rename.from), nameKey(rename.to)];
    this.#startNames.set(to, this.#startNames.has(from) ? this.#startNames.get(from) : rename.from);
    for (const known of [this.#written, this.#orphaning, this.referring]) {
      if (known.has(from)) known.add(to);
    }
  }

  /** A table, and what is made over one that has no rows but the file's. */
  #readCreate(
    { statement, after }: Step,
    names: ReadonlySet<string>,
    { created, changed, dropped }: SchemaDifference,
  ): EditOperation | undefined {
    const words = statement.tokens.map(keywordOf);
    const [object] = created;
    if (words[0] !== 'CREATE' || !object || created.length > 1 || changed.length + dropped.length > 0)
      return undefined;
    const table = nameKey(object.table);
    if (object.type === 'table') {
      if (
        words[1] !== 'TABLE' ||
        !after.tables.has(table) ||
        words.includes('AS') ||
        this.#written.has(table)
      )
        return undefined;
      this.#startNames.set(table, undefined);
    }
    if (object.type === 'index' && this.#written.has(table)) return undefined;
    const over = this.#startNames.has(table) ? this.#startNames.get(table) : object.table;
    const creation = this.#creations.read(object, object.type === 'index' ? over : undefined);
    const isAddition = object.type === 'table' || object.type === 'index';
    const edit = {
      kind: 'edit',
      names,
      alterations: [],
      mustBeEmpty: [],
      addedColumn: undefined,
      creates: object.type === 'table' ? table : undefined,
    } as const;
    return { ...edit, creations: [creation], isAddition };
  }
}

/** `SELECT 1`, which drizzle-kit writes into an empty migration. */
function isConstant({ statement: { tokens } }: Step): boolean {
  return tokens.every((token) => keywordOf(token) !== 'FROM' && token.text !== '(');
}

function isAdd(token: SqlToken): boolean {
  return keywordOf(token) === 'ADD';
}

function readRun(step: Step, names: ReadonlySet<string>): Omit<RunOperation, 'isActing'> {
  const { statement } = step;
  const { tokens, text } = statement;
  const first = keywordOf(tokens[0]);
  const isByName =
    !asksForCounters(step) &&
    (first === 'UPDATE' || first === 'DELETE') &&
    tokens.every((token) => token.text !== '*');
  return {
    kind: 'run',
    names,
    sql: text,
    columns: isByName ? identifiersIn(tokens) : undefined,
    isRepeatable: isRepeatable(step, names),
    isPrelude: false,
    creates: undefined,
    mayOrphan: !keepsKeys(step),
  };
}

/** Whether an explicit change of rows may set off what a foreign key asks for. */
const mayAct: (step: Step) => boolean = onceFor((step) => {
  const { statement, before } = step;
  const change = rowChangeOf(statement);
  if (!change || keepsKeys(step)) return false;
  const isInsert = keywordOf(statement.tokens[0]) === 'INSERT';
  const yields = ({ type, sql }: SchemaObject) => type === 'trigger' || /\bON\s+CONFLICT\b/i.test(sql);
  const isPlain = isInsert && change !== 'any' && !change.replaces && !change.deletes;
  if (isPlain && change.updates.length === 0 && !before.objects.some(yields)) return false;
  return childrenOf(step).length > 0;
});

function childrenOf({ before }: Step): SchemaObject[] {
  return before.objects.filter(
    (object) => object.type === 'table' && identifiersOf(object).has('references'),
  );
}

/** The children and all that they may refer to: what is set off depends on which of them are there. */
function familiesOf(step: Step): string[] {
  return childrenOf(step).flatMap((child) => [nameKey(child.name), ...identifiersOf(child)]);
}

/** An UPDATE of no column that is a key: only keys are referred to. */
const keepsKeys: (step: Step) => boolean = onceFor((step) => {
  if (isOfCounters(step)) return true;
  const { tokens } = step.statement;
  const { before } = step;
  const words = tokens.map(keywordOf);
  const target = before.tables.get(nameKey(nameAt(tokens, 1) ?? ''));
  if (words[0] !== 'UPDATE' || words[1] === 'OR' || !target || before.objects.some(isTrigger)) return false;
  const keys = new Set((before.uniqueKeys.get(nameKey(target.name)) ?? []).flat());
  return !tokens.some(
    (token, at) =>
      tokens[at + 1]?.text === '=' && keys.has(nameKey(identifierOf(token) ?? '')) && isSet(words, at),
  );
});

function isTrigger({ type }: { readonly type: string }): boolean {
  return type === 'trigger';
}

function isSet(words: readonly string[], at: number): boolean {
  return words.lastIndexOf('SET', at) > words.lastIndexOf('WHERE', at);
}
