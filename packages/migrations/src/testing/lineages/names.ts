import type { Dice } from './dice.ts';

const names = [
  'a', 'b', 'c', 'd', 'e', 'name', 'Order', 'select', 'two words', 'quo"te', "it's", 'Ärger', 'x.y', '[z]', '1st',
  'stored', 'column1', 'value', 't', 'u', 'main', 'temp', '__new_t', 'Key', 'tab\tbed', '∂', 'new\nline', 'group',
]; // biome-ignore format: a list reads better in rows

/** A name that is not taken; SQLite compares names without the case of A to Z. */
export function pickName(dice: Dice, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  const start = dice.below(names.length);
  const cased = dice.isOneIn(5) ? (name: string) => name.toUpperCase() : (name: string) => name;
  for (let at = 0; at < names.length; at += 1) {
    const name = cased(names[(start + at) % names.length] ?? '');
    if (!used.has(name.toLowerCase())) return name;
  }
  return `n${taken.length}`;
}
