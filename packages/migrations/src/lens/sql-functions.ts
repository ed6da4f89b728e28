import {
  anything,
  blobs,
  type Classes,
  nulls,
  numbers,
  reals,
  texts,
  truth,
  words,
} from './storage-classes.ts';

/** The kinds of values a function can return, from those of its arguments. */
type Returns = (args: readonly Classes[]) => Classes;

const always =
  (classes: Classes): Returns =>
  () =>
    classes;
const anyOf: Returns = (args) => args.reduce((all, classes) => all | classes, nulls);
const first: Returns = (args) => (args[0] ?? 0) | nulls;
const textOrNull = always(texts | nulls);

/**
 * SQLite's functions that return the same for the same arguments, whatever the connection, the order of rows and the
 * time of day. A function that is not here makes a statement one to replay.
 * Source: https://www.sqlite.org/lang_corefunc.html, https://www.sqlite.org/json1.html
 */
export const sqlFunctions: Readonly<Record<string, Returns>> = {
  abs: always(numbers | nulls),
  ceil: always(numbers | nulls),
  ceiling: always(numbers | nulls),
  char: always(texts),
  coalesce: anyOf,
  concat: textOrNull,
  concat_ws: textOrNull,
  floor: always(numbers | nulls),
  format: textOrNull,
  glob: always(truth),
  hex: textOrNull,
  ifnull: anyOf,
  iif: (args) => anyOf(args.slice(1)),
  instr: always(truth),
  json: textOrNull,
  json_array: textOrNull,
  json_array_length: always(truth),
  json_extract: always(anything & ~blobs),
  json_insert: textOrNull,
  json_object: textOrNull,
  json_patch: textOrNull,
  json_quote: textOrNull,
  json_remove: textOrNull,
  json_replace: textOrNull,
  json_set: textOrNull,
  json_type: textOrNull,
  json_valid: always(truth),
  length: always(truth),
  like: always(truth),
  likely: first,
  lower: textOrNull,
  ltrim: textOrNull,
  max: anyOf,
  min: anyOf,
  nullif: first,
  octet_length: always(truth),
  printf: textOrNull,
  quote: textOrNull,
  replace: textOrNull,
  round: always(reals | nulls),
  rtrim: textOrNull,
  sign: always(truth),
  substr: always(texts | blobs | nulls),
  substring: always(texts | blobs | nulls),
  trim: textOrNull,
  typeof: always(words),
  unhex: always(blobs | nulls),
  unicode: always(truth),
  unlikely: first,
  upper: textOrNull,
  zeroblob: always(blobs),
};

/** Functions of dates: the same for the same arguments unless one asks for the clock or the machine's time zone. */
export const dateFunctions: Readonly<Record<string, Classes>> = {
  date: texts | nulls,
  datetime: texts | nulls,
  julianday: reals | nulls,
  strftime: texts | nulls,
  time: texts | nulls,
  timediff: texts | nulls,
  unixepoch: numbers | nulls,
};

/** Aggregates that return the same in whatever order they meet the rows. */
export const orderlessAggregates = new Set(['count', 'max', 'min', 'sum']);

/** Aggregates whose result follows the order of the rows: exact only where that order is given. */
export const orderedAggregates: Readonly<Record<string, Classes>> = {
  avg: reals | nulls,
  group_concat: texts | nulls,
  json_group_array: texts | nulls,
  json_group_object: texts | nulls,
  string_agg: texts | nulls,
  total: reals,
};
