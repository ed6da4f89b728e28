import { identifierOf, keywordOf, type SqlStatement } from '../../sql/index.ts';

export interface Alteration {
  readonly table: string;
  readonly action: 'ADD' | 'DROP' | 'RENAME' | 'RENAME TO';
  /** The column that is dropped or renamed, or the table's new name. */
  readonly name: string;
}

/** The parts of an ALTER TABLE statement; undefined for an action that is not one of these. */
export function alteration({ tokens }: SqlStatement): Alteration | undefined {
  const at = tokens[3]?.text === '.' ? 4 : 2;
  const table = identifierOf(tokens[at]);
  const verb = keywordOf(tokens[at + 1]);
  if (table === undefined) return undefined;
  if (verb === 'RENAME' && keywordOf(tokens[at + 2]) === 'TO') {
    return { table, action: 'RENAME TO', name: identifierOf(tokens[at + 3]) ?? '' };
  }
  if (verb !== 'ADD' && verb !== 'DROP' && verb !== 'RENAME') return undefined;
  // COLUMN may be left out, and may also be the name of the column.
  const hasKeyword =
    keywordOf(tokens[at + 2]) === 'COLUMN' && tokens.length > at + (verb === 'RENAME' ? 5 : 3);
  if (!hasKeyword && ['CONSTRAINT', 'CHECK'].includes(keywordOf(tokens[at + 2]))) return undefined;
  return { table, action: verb, name: identifierOf(tokens[at + (hasKeyword ? 3 : 2)]) ?? '' };
}
