import { inPieces } from '@varve/core/internal';

/** What moves a terminal's cursor, changes its colours, or turns the direction of what follows. */
const steering = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text as a terminal may show it: what archives and file names hold must not steer it. */
export function escapeControls(text: string): string {
  return inPieces(text, (piece) => piece.replace(steering, escapeControl));
}

function escapeControl(character: string): string {
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
  const hex = character.charCodeAt(0).toString(16);
  return short ?? (hex.length > 2 ? `\\u${hex}` : `\\x${hex.padStart(2, '0')}`);
}

/** `escapeControls` for text of several lines. */
export function escapeLines(text: string): string {
  return inPieces(text, (piece) => piece.split('\n').map(escapeControls).join('\n'));
}

/** JSON of the same value, of which no character steers a terminal. */
export function escapeJson(json: string): string {
  return inPieces(json, (piece) => piece.replace(steeringInJson, escapeInJson));
}

const steeringInJson = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function escapeInJson(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
