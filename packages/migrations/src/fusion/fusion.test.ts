import { expect, it } from 'vitest';
import { lineageOf } from '../testing/test-lineage.ts';
import { fusionOf } from './fusion.ts';

const lineage = (key: string) =>
  lineageOf([
    'CREATE TABLE a (x);',
    `CREATE TABLE b (id INTEGER PRIMARY KEY ${key}, x);`,
    'CREATE TABLE c (id INTEGER PRIMARY KEY, x); INSERT INTO c SELECT id, x FROM b; DROP TABLE b;',
    'ALTER TABLE a ADD y;',
  ]);

it.each([1, 2, 3])(
  'declines a lineage in which a counter came and went, of which SQLite keeps its table: from %i',
  (from) => {
    expect(fusionOf(lineage(''), from)).toBeDefined();
    expect(fusionOf(lineage('AUTOINCREMENT'), from)).toBeUndefined();
  },
);
