import { standardLineage } from '@varve/migrations';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFolder } from '../testing/archives.ts';
import { lineage } from '../testing/fixture-lineage.ts';
import { testEngines } from '../testing/test-engines.ts';
import { loadArchives } from './open-warehouse.ts';

const engines = testEngines();
beforeAll(() => engines.start());
afterAll(() => engines.stop());

/** What must hold on each server alone. */
const uniqueSql = `SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
  WHERE (i.indisunique OR i.indisexclusion) AND n.nspname = 'public' ORDER BY 1`;
const relatedSql = `SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
  UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal`;

/** Source: https://docs.citusdata.com/en/stable/sharding/data_modeling.html, and the errors of create_distributed_table. */
it.skipIf(!engines.postgres.isThere).each([
  ['of tests', lineage],
  ['that is the standard', standardLineage],
])(
  'keeps to what a distribution by _archive allows, by the catalogue of Postgres: the lineage %s',
  async (_, of) => {
    const url = await engines.postgres.create();
    await loadArchives(makeFolder(), url, { lineage: of });
    const first = (await engines.postgres.ask(url, uniqueSql)) as [string, string][];
    const ledger = first.filter(([table]) => table === '_archives' || table === '_varve');
    expect(ledger.sort()).toEqual([
      ['_archives', 'id'],
      ['_varve', 'name'],
    ]);
    const others = first.filter(([table]) => !ledger.some(([name]) => name === table));
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter(([, column]) => column !== '_archive')).toEqual([]);
    // A foreign key would have to name _archive on both sides; there is none, nor any trigger.
    expect(await engines.postgres.ask(url, relatedSql)).toEqual([]);
  },
);
