import type { JsonChain } from '../value.ts';

const literal = "'(?:[^']|'')*'";
const name = '(?:\\w+|"[^"]+")';
/** What is put into JSON as one value, or as what it says. */
const constants = [
  new RegExp(`^(?:${literal}|[-+]?[\\d.]+(?:e[-+]?\\d+)?|${name})$`, 'i'),
  new RegExp(`^jsonb?\\(${literal}\\)$`, 'i'),
  /^jsonb?_(?:array|object)\(\)$/i,
];
const parts = [
  new RegExp(`^jsonb?_extract\\(\\s*${name}\\s*,\\s*'\\$\\.[\\w.]+'\\s*\\)$`, 'i'),
  new RegExp(`^${name}\\s*->>?\\s*'(?:\\$\\.)?[\\w.]+'$`, 'i'),
];

/**
 * Whether functions cannot have made JSON that is nested deeper than SQLite reads of JSON that is not: where it is read
 * again they would fail one after another, and not all in one. What is put at the top was as deep before, in the JSON that
 * it is a part of.
 */
export function keepsShallow({ steps }: JsonChain): boolean {
  return steps.every(({ how, args, paths }) => {
    if (how === 'remove') return true;
    if (how !== 'patch' && !paths) return false;
    const isTop = paths?.every((path) => path.length === 1) === true;
    return args.every((arg) => {
      if (arg.length > longest) return false;
      return constants.some((form) => form.test(arg)) || (isTop && parts.some((form) => form.test(arg)));
    });
  });
}

/** A constant that is longer may be nested deep by itself. */
const longest = 400;
