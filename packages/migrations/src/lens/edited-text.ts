import { type SqlNode, textOf } from '../sql/index.ts';

/** A part of a statement, and what stands in its place. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly sql: string;
}

/** A statement or a part of it as written but for some parts of it, none of which overlap. */
export function editedText(node: SqlNode, edits: readonly TextEdit[], statement: string): string {
  const start = node.span.offset;
  return edits
    .toSorted((a, b) => b.offset - a.offset)
    .reduce(
      (text, { offset, length, sql }) => {
        return text.slice(0, offset - start) + sql + text.slice(offset - start + length);
      },
      textOf(node, statement),
    );
}
