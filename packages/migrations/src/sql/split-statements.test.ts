import { expect, it } from 'vitest';
import { splitStatements } from './split-statements.ts';

const texts = (sql: string) => splitStatements(sql).map((statement) => statement.text);

it('splits at semicolons, not at those in strings, identifiers and comments', () => {
  const sql = `INSERT INTO a VALUES ('x;''y', "b;", \`c;\`, [d;]); -- no; not here\n/* nor; here */ SELECT 1;`;
  expect(texts(sql)).toEqual([`INSERT INTO a VALUES ('x;''y', "b;", \`c;\`, [d;])`, 'SELECT 1']);
});

it('takes a chunk of two statements apart, which Drizzle refuses', () => {
  expect(texts('UPDATE a SET b = 1; UPDATE a SET c = 2;\n--> statement-breakpoint\n')).toEqual([
    'UPDATE a SET b = 1',
    'UPDATE a SET c = 2',
  ]);
});

it('ends a statement at a breakpoint even without a semicolon', () => {
  expect(texts('CREATE TABLE a (x)\n--> statement-breakpoint\nCREATE TABLE b (y)')).toHaveLength(2);
});

it('keeps what SQLite would store with an index, up to where the statement ends', () => {
  const first = 'CREATE INDEX i ON a (x) -- why\n';
  const second = 'CREATE INDEX j ON a (y)\n\n';
  expect(texts(`${first};\n${first}--> statement-breakpoint\n${second}`)).toEqual([first, first, second]);
});

it('runs what stands behind a breakpoint on its line, as Drizzle does', () => {
  const script = `DROP TABLE a;--> statement-breakpoint DROP TABLE b; -- c
--> statement-breakpointDROP TABLE "--> statement-breakpoint";--> statement-breakpoint -- nothing\r
DROP TABLE d`;
  expect(texts(script)).toEqual([
    'DROP TABLE a',
    'DROP TABLE b',
    'DROP TABLE "--> statement-breakpoint"',
    'DROP TABLE d',
  ]);
});

it('leaves a breakpoint inside a string alone', () => {
  const sql = "INSERT INTO a VALUES ('one\n--> statement-breakpoint\ntwo')";
  expect(texts(sql)).toEqual([sql]);
});

it('keeps a trigger whole, with CASE … END and a column named end in its body', () => {
  const trigger = `CREATE TRIGGER t AFTER INSERT ON a BEGIN
    UPDATE a SET x = CASE WHEN new.x > 1 THEN 1 ELSE 2 END;
    INSERT INTO log ("end") VALUES (new.x); END`;
  expect(texts(`${trigger};\nDROP TABLE b;`)).toEqual([trigger, 'DROP TABLE b']);
  expect(texts(`${trigger.replace('CREATE', 'CREATE TEMP')};SELECT 1`)).toHaveLength(2);
});

it('finds nothing in comments, blanks and lone semicolons', () => {
  expect(texts(' ;; -- only this\n;/* and that */')).toEqual([]);
});
