import { identifierOf, keywordOf, nameAt, nameKey, rowChangeOf, type SqlStatement } from '../sql/index.ts';

type Action = 'create' | 'index' | 'add' | 'drop column' | 'drop table' | 'rename' | 'delete' | 'fill';

interface Acting {
  readonly statement: SqlStatement;
  readonly action: Action;
  /** By name key, as the statement calls it. */
  readonly table: string;
}

export interface Sought {
  /** Any of the names that the table has in the migration. */
  readonly table: string;
  /** What it may have done, the likeliest first. */
  readonly actions: readonly Action[];
  /** Names and keywords that all stand in it; where no statement has them, one without is taken. */
  readonly words?: readonly string[];
}

/** The statement that did something to a table, also where it did it to the one that takes the table's place. */
export function findStatement(
  statements: readonly SqlStatement[],
  { table, actions, words = [] }: Sought,
): SqlStatement | undefined {
  const acting = statements.flatMap((statement) => readAction(statement) ?? []);
  const names = namesOf(nameKey(table), acting);
  const about = acting.filter((it) => names.has(it.table));
  const ranked = actions.flatMap((action) => about.filter((it) => it.action === action));
  return (ranked.find((it) => hasWords(it.statement, words)) ?? ranked[0])?.statement;
}

/** A rebuild's new table, and what a table was called before and after. */
function namesOf(table: string, acting: readonly Acting[]): ReadonlySet<string> {
  const names = new Set([table]);
  for (const { statement, action, table: from } of acting.filter((it) => it.action === 'rename')) {
    const to = nameKey(identifierOf(statement.tokens.at(-1)) ?? '');
    const isOfTable = keywordOf(statement.tokens.at(-3)) === 'RENAME';
    if (action === 'rename' && isOfTable && (names.has(from) || names.has(to))) names.add(from).add(to);
  }
  return names;
}

function hasWords({ tokens }: SqlStatement, words: readonly string[]): boolean {
  const there = new Set(tokens.map((token) => nameKey(identifierOf(token) ?? '')));
  return words.every((word) => there.has(nameKey(word)));
}

function readAction(statement: SqlStatement): Acting | undefined {
  const { tokens } = statement;
  const words = tokens.map(keywordOf);
  const acting = (action: Action, name: string | undefined): Acting | undefined =>
    name === undefined ? undefined : { statement, action, table: nameKey(name) };
  if (words[0] === 'CREATE' && words.slice(1, 3).includes('TABLE'))
    return acting('create', nameAt(tokens, words.indexOf('TABLE') + 1));
  if (words[0] === 'CREATE' && words.slice(1, 3).includes('INDEX'))
    return acting('index', nameAt(tokens, words.indexOf('ON') + 1));
  if (words[0] === 'DROP' && words[1] === 'TABLE') return acting('drop table', nameAt(tokens, 2));
  if (words[0] === 'ALTER') return acting(alterationOf(words), nameAt(tokens, 2));
  const change = rowChangeOf(statement);
  if (!change || change === 'any') return undefined;
  return acting(change.deletes ? 'delete' : 'fill', change.table);
}

function alterationOf(words: readonly string[]): Action {
  if (words.includes('RENAME')) return 'rename';
  return words.includes('DROP') ? 'drop column' : 'add';
}
