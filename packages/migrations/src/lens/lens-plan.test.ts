import { expect, it } from 'vitest';
import { type Both, openBoth } from '../testing/lineages/open-both.ts';
import { lineageOf } from '../testing/test-lineage.ts';

const first = `CREATE TABLE calls (id INTEGER PRIMARY KEY, tool TEXT, session TEXT NOT NULL, payload TEXT, size INTEGER);
  CREATE INDEX calls_tool ON calls (tool); CREATE INDEX calls_session ON calls (session, size)`;

/** Fifty pending migrations, as a team writes them in a year. */
const fifty = Array.from({ length: 10 }, (_, at) => [
  `ALTER TABLE calls ADD COLUMN extra_${at} TEXT DEFAULT 'x${at}'`,
  at === 3
    ? 'ALTER TABLE calls RENAME COLUMN tool TO tool_name'
    : `UPDATE calls SET extra_${at} = 'y' WHERE size > ${at}`,
  at % 2 === 0 ? rebuild(at) : `ALTER TABLE calls DROP COLUMN extra_${at - 1}`,
  at < 2
    ? `UPDATE calls SET payload = json_set(payload, '$.v', ${at}) WHERE json_valid(payload)`
    : `DELETE FROM calls WHERE size = -${at}`,
  `CREATE TABLE side_${at} (id INTEGER PRIMARY KEY)`,
]).flat();

function rebuild(at: number): string {
  const extras = [...Array.from({ length: at }, (_, i) => i).filter((i) => i % 2 === 1), at].map(
    (i) => `extra_${i}`,
  );
  const columns = ['id', at > 3 ? 'tool_name' : 'tool', 'session', 'payload', 'size', ...extras];
  const definitions = columns.map((column) => {
    if (column === 'id') return 'id INTEGER PRIMARY KEY';
    return `${column} ${column === 'size' ? 'INTEGER' : 'TEXT'}`;
  });
  return `CREATE TABLE __new_calls (${definitions.join(', ')});
    INSERT INTO __new_calls (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM calls;
    DROP TABLE calls; ALTER TABLE __new_calls RENAME TO calls`;
}

const rows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
  INSERT INTO calls SELECT i, 'tool ' || (i % 7), 'session ' || (i % 11), '{"i":' || i || '}', i - 3 FROM n`;

function planOf({ file }: Both, query: string): string[] {
  return (file.prepare(`EXPLAIN QUERY PLAN ${query}`).all() as { detail: string }[]).map(
    (step) => step.detail,
  );
}

it('fifty pending migrations leave a filter on a renamed or untouched column a search in the index of the file', () => {
  expect(fifty).toHaveLength(50);
  using both = openBoth(lineageOf([first, ...fifty]), rows);
  expect(both.lens.tables.find((table) => table.name === 'calls')?.strategy).toBe('view');
  expect(planOf(both, `SELECT * FROM calls WHERE tool_name = 'tool 3'`)[0]).toBe(
    'SEARCH main.calls USING INDEX calls_tool (tool=?)',
  );
  expect(planOf(both, `SELECT * FROM calls WHERE session = 'session 3' AND size > 100`)[0]).toBe(
    'SEARCH main.calls USING INDEX calls_session (session=? AND size>?)',
  );
  expect(planOf(both, 'SELECT * FROM calls WHERE id = 7')[0]).toBe(
    'SEARCH main.calls USING INTEGER PRIMARY KEY (rowid=?)',
  );
  const { throughLens, replayed } = both.ask(`SELECT * FROM calls WHERE tool_name = 'tool 3' ORDER BY id`);
  expect(throughLens).toEqual(replayed);
});

it('rows that a migration added leave a filter a search in the rows of the file', () => {
  const lineage = lineageOf([
    first,
    `INSERT INTO calls (id, tool, session) VALUES (1001, 'seed', 's'), (1002, 'seed', 's')`,
  ]);
  using both = openBoth(lineage, rows);
  const plan = planOf(both, `SELECT id FROM calls WHERE tool = 'seed'`);
  expect(plan).toContainEqual(expect.stringMatching(/^SEARCH main.calls USING (COVERING )?INDEX calls_tool/));
  expect(plan).not.toContainEqual('SCAN main.calls');
});

it('a join over the lens searches the indexes of the file on both sides', () => {
  const lineage = lineageOf([
    `${first}; CREATE TABLE notes (id INTEGER PRIMARY KEY, call_id INTEGER); CREATE INDEX notes_call ON notes (call_id)`,
    `ALTER TABLE notes RENAME COLUMN call_id TO call; UPDATE calls SET payload = upper(payload)`,
  ]);
  using both = openBoth(lineage, rows);
  const plan = planOf(
    both,
    `SELECT calls.payload FROM calls JOIN notes ON notes.call = calls.id WHERE calls.tool = 'tool 1'`,
  );
  expect(plan.filter((step) => step.startsWith('SCAN main'))).toEqual([]);
});
