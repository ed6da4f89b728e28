import type { Dice } from './dice.ts';

const literals = [
  "''", '0', '1', "'a'", "'5'", 'NULL', '5', "'abc'", '-1', '2', '1.5', '5.0', "'5.0'", "'A'", "'Abc'", "' 5 '",
  "'1e3'", '1000', "'007'", "x'35'", "x''", "x'00ff'", '9223372036854775807', '-9223372036854775807',
  '9007199254740993', "'9007199254740993.0'", '1e18', '9.5e18', "'9223372036854775808'", '0.1', "'0.1'", "'abc  '",
  "'a b'", "'5abc'", "'{\"k\":1}'", "'{\"k\":[1,\"x\"],\"v\":null}'", "'[1,2,3]'", "'null'", "'Ünïcode'", "'0x10'",
  '-0.0', '1e-7', "'it''s'", "'.5'", '3', '4', "'b'", "'c'", "'z'", '1e300',
  "'{\"k\":[1,{\"v\":\"x\"}],\"v\":1.50}'", "'{ \"v\" : \"\\u0041\", \"v\":2, k:[+1,.5] }'",
]; // biome-ignore format: a list reads better in rows

/** A constant as SQL: every storage class, and texts that only look like another one. */
export function pickLiteral(dice: Dice): string {
  return dice.pick(literals);
}
