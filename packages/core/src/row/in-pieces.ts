const pieceChars = 1 << 16;

/**
 * Maps a text piece by piece where it is long: V8 ends the process over a text of which it is to replace a hundred million
 * places at once. What is looked for must be of one UTF-16 unit.
 */
export function inPieces(text: string, map: (piece: string) => string): string {
  if (text.length <= pieceChars) return map(text);
  let mapped = '';
  for (let at = 0; at < text.length; at += pieceChars) mapped += map(text.slice(at, at + pieceChars));
  return mapped;
}
