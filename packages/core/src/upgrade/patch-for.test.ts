import { defineLineage } from '@varve/migrations';
import { expect, it } from 'vitest';
import { patchFor } from './patch-for.ts';

const scripts = ['CREATE TABLE t (a, b)', 'UPDATE t SET a = 1', 'UPDATE t SET b = 2'];
const migrations = scripts.map((sql, at) => ({ name: `m${at}`, sql, createdAtMs: at + 1 }));
const lineage = defineLineage({ name: 'updates', tables: {}, migrations });

it('has the lens join no UPDATEs where it is to judge every cell', () => {
  const scriptsOf = (verify: 'counts' | 'full') =>
    patchFor({ lineage, verify }, 1)?.batches.flatMap((it) =>
      it.kind === 'run' ? it.scripts.map(({ sql }) => sql) : [],
    );
  expect(scriptsOf('full')?.join(';\n')).toBe('UPDATE t SET a = 1;\nUPDATE t SET b = 2');
  expect(
    scriptsOf('counts')
      ?.join(';\n')
      .match(/UPDATE/g),
  ).toHaveLength(1);
});
