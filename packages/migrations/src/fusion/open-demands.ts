import type { Step } from '../lens/index.ts';
import { identifierOf, keywordOf, nameAt, nameKey, tokenizeSql } from '../sql/index.ts';
import { readPlainCopy } from './plain-copy.ts';
import { readUpdate } from './read-update.ts';
import { demandsOf, type TableDemands } from './table-demands.ts';

/** Stands for all columns of a table. */
const everything = '*';

/**
 * Follows pending statements and asks whether rows may fail in one of them that a later one mends or drops: a replay
 * stops at such a row, one pass never sees it. A column is under a demand from the statement that demands something new of its
 * values on; whatever may take such values away, or the demand, makes the answer yes. What is not understood does too.
 */
export class OpenDemands {
  readonly #demands = new Map<string, Set<string>>();
  /** Tables that have not changed since their every row, with all that demands it, went into another. */
  readonly #copied = new Set<string>();

  /** True when the statement may hide that an earlier one failed. */
  hides(step: Step): boolean {
    const { tokens } = step.statement;
    const [first, second] = [keywordOf(tokens[0]), keywordOf(tokens[1])];
    if (first === 'CREATE') return this.#create(step);
    if (first === 'DROP') return this.#drop(step, second);
    if (first === 'ALTER') return this.#alter(step);
    if (first === 'UPDATE') return this.#update(step);
    if (first === 'INSERT') return this.#insert(step);
    const table = nameKey(nameAt(tokens, 2) ?? '');
    return first !== 'DELETE' || this.#hasDemands(table) || tokens.some(({ text }) => text === '(');
  }

  #of(table: string): Set<string> {
    const demands = this.#demands.get(table) ?? new Set<string>();
    this.#demands.set(table, demands);
    return demands;
  }

  #hasDemands(table: string): boolean {
    return this.#of(table).size > 0;
  }

  /** An index may refuse what rows hold by being unique, or by an expression that fails. */
  #create({ statement: { tokens }, before }: Step): boolean {
    const at = tokens.findIndex((token) => keywordOf(token) === 'ON');
    const isIndex = keywordOf(tokens[1]) === 'INDEX' || keywordOf(tokens[2]) === 'INDEX';
    const isPlain =
      keywordOf(tokens[1]) === 'INDEX' && tokens.filter(({ text }) => text === '(').length === 1;
    if (isIndex && !isPlain) this.#of(nameKey(nameAt(tokens, at + 1) ?? '')).add(everything);
    return (
      !isIndex && keywordOf(tokens[1]) === 'TABLE' && before.tables.has(nameKey(nameAt(tokens, 2) ?? ''))
    );
  }

  #drop({ statement: { tokens }, before }: Step, kind: string): boolean {
    const name = nameKey(nameAt(tokens, 2) ?? '');
    if (kind === 'INDEX') {
      const index = before.objects.find((it) => it.type === 'index' && nameKey(it.name) === name);
      return index !== undefined && this.#hasDemands(nameKey(index.table));
    }
    if (kind !== 'TABLE') return false;
    const isHidden = this.#hasDemands(name) && !this.#copied.has(name);
    this.#demands.delete(name);
    this.#copied.delete(name);
    return isHidden;
  }

  #alter({ statement: { tokens }, before, after }: Step): boolean {
    const table = nameKey(nameAt(tokens, 2) ?? '');
    const words = tokens.map(keywordOf);
    const demands = this.#of(table);
    const rename = words.lastIndexOf('TO');
    const to = nameKey(identifierOf(tokens.at(-1)) ?? '');
    if (words.includes('RENAME') && words.at(-3) === 'RENAME') {
      this.#demands.set(to, demands);
      this.#demands.delete(table);
      return false;
    }
    if (words.includes('RENAME')) {
      const old = nameKey(identifierOf(tokens[rename - 1]) ?? '');
      for (const mark of ['', computed]) if (demands.delete(mark + old)) demands.add(mark + to);
      return false;
    }
    if (words.includes('DROP')) return [to, computed + to, everything].some((it) => demands.has(it));
    const added = after.tables.get(table)?.columns.at(-1);
    const isSafe = !added?.isNotNull || (added.defaultSql !== undefined && !/^null$/i.test(added.defaultSql));
    const isStrict = before.tables.get(table)?.isStrict;
    if (!isSafe || isStrict || words.includes('CHECK')) demands.add(everything);
    return false;
  }

  /** A later update lets an earlier one be noticed if it cannot do without the value that this one computed. */
  #update({ statement: { tokens }, before }: Step): boolean {
    const { table, columns, setsRows, reads, isLazy, mayRaise } = readUpdate(tokens);
    const shape = before.tables.get(table);
    if (!shape || setsRows) return true;
    const demands = demandsOf(shape, before);
    // Rows change one after another, and one may meet what another is about to give up.
    if (columns.some((it) => demands.uniqueColumns.has(it) || isInUniqueIndex(it, table, before)))
      return true;
    const hidden = [...this.#of(table)].filter((demand) => {
      const column = demand.replace(computed, '');
      return demand === column || (columns.includes(column) && (isLazy || !reads.has(column)));
    });
    this.#copied.delete(table);
    const isWide = isLazy || demands.others.some((it) => !it.endsWith(' is the rowid'));
    const demanded = columns.filter((it) => demands.notNull.has(it));
    for (const column of demanded) this.#of(table).add(column);
    for (const column of mayRaise ? columns : []) this.#of(table).add(computed + column);
    if (isWide) this.#of(table).add(everything);
    return hidden.length > 0;
  }

  #insert(step: Step): boolean {
    const copy = readPlainCopy(step.statement.tokens);
    const table = nameKey(copy?.into ?? nameAt(step.statement.tokens, 2) ?? '');
    const into = step.before.tables.get(table);
    if (!into) return true;
    this.#copied.delete(table);
    const from = copy && step.before.tables.get(nameKey(copy.from));
    if (!copy || !from) {
      this.#of(table).add(everything);
      return false;
    }
    return this.#copy(
      table,
      demandsOf(into, step.before),
      nameKey(from.name),
      demandsOf(from, step.before),
      copy.columns,
    );
  }

  /** A rebuild: the new table demands as much as the old one of what is under a demand, and is under a demand by what is new. */
  #copy(
    into: string,
    now: TableDemands,
    from: string,
    before: TableDemands,
    pairs: ReadonlyMap<string, string>,
  ): boolean {
    const isSame = [...pairs].every(([column, source]) => column === source);
    const all = (demands: TableDemands) => [...demands.unique, ...demands.others];
    const keepsAll = isSame && all(before).every((it) => all(now).includes(it));
    const asksNoMore = isSame && all(now).every((it) => all(before).includes(it));
    const targets = new Map([...pairs].map(([column, source]) => [source, column]));
    let isHidden = false;
    for (const demand of this.#of(from)) {
      const source = demand.replace(computed, '');
      const column = targets.get(source);
      if (demand === everything) isHidden ||= !keepsAll || before.columns.some((it) => !targets.has(it));
      else if (column === undefined) isHidden = true;
      else if (demand === source)
        isHidden ||= !keepsAll || (before.notNull.has(source) && !now.notNull.has(column));
      this.#of(into).add(column === undefined ? demand : demand.replace(source, column));
    }
    if (!asksNoMore) this.#of(into).add(everything);
    for (const column of now.notNull) {
      if (!before.notNull.has(pairs.get(column) ?? '')) this.#of(into).add(column);
    }
    this.#copied.add(from);
    return isHidden;
  }
}

/** As one of its columns, or in an expression, or in what it asks of the rows that it holds. */
function isInUniqueIndex(column: string, table: string, { objects }: Step['before']): boolean {
  return objects.some(({ type, sql, table: over }) => {
    if (type !== 'index' || nameKey(over) !== table || !/^CREATE\s+UNIQUE\b/i.test(sql)) return false;
    return [...tokenizeSql(sql)].some((token) => nameKey(identifierOf(token) ?? '') === column);
  });
}

/** Marks a column whose values an expression computed that may fail on some row. */
const computed = '=';
