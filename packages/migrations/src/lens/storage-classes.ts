import type { Affinity } from './table-shape.ts';

/**
 * A set of the kinds of values an expression can have: SQLite's storage classes, where reals and texts are split by
 * what a numeric column would do with them.
 */
export type Classes = number;

export const nulls = 1;
export const integers = 2;
/** Reals that a numeric column keeps (also whole ones too large for an integer), and those it turns into an integer. */
const fractions = 4;
export const wholeReals = 8;
/** Texts that a numeric column keeps, and those it turns into a number. */
export const words = 16;
export const numerals = 32;
export const blobs = 64;

export const reals = fractions | wholeReals;
export const texts = words | numerals;
export const numbers = integers | reals;
export const anything = nulls | numbers | texts | blobs;
export const truth = integers | nulls;

export function isWithin(classes: Classes, allowed: Classes): boolean {
  return (classes & ~allowed) === 0;
}

/** What a column of an affinity can hold, and what storing must turn into something else. */
const held: Record<Affinity, Classes> = {
  blob: anything,
  text: nulls | texts | blobs,
  integer: nulls | integers | fractions | words | blobs,
  numeric: nulls | integers | fractions | words | blobs,
  real: nulls | reals | words | blobs,
};

export function classesHeldBy(affinity: Affinity): Classes {
  return held[affinity];
}

/** What a column of an affinity holds after values of these classes were stored in it. */
export function classesAfterStoring(classes: Classes, affinity: Affinity): Classes {
  let result = classes & held[affinity];
  const changed = classes & ~held[affinity];
  if (changed === 0) return result;
  if (affinity === 'text') return result | texts;
  if (affinity === 'real') return result | reals;
  if (changed & wholeReals) result |= integers;
  if (changed & numerals) result |= integers | fractions;
  return result;
}

/** A text literal is a word when no number begins in it. */
export function classesOfText(text: string): Classes {
  return /^\s*[+-]?\.?\d/.test(text) ? numerals | words : words;
}

export function classesOfNumber(text: string): Classes {
  return /^\d{1,18}$/.test(text) ? integers : numbers;
}

/** What CAST to a type can yield. Source: https://www.sqlite.org/lang_expr.html#castexpr */
export function classesOfCast(type: string): Classes {
  const name = type.toUpperCase();
  if (name.includes('INT')) return nulls | integers;
  if (/CHAR|CLOB|TEXT/.test(name)) return nulls | texts;
  if (name.includes('BLOB')) return nulls | blobs;
  if (/REAL|FLOA|DOUB/.test(name)) return nulls | reals;
  return nulls | numbers;
}
