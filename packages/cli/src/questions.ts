import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { VarveError } from '@varve/schema';

/** A question that ships with varve: a file of SQL over the standard tables whose first comment says what it asks. */
export interface Question {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** Beside `dist`, where the package is installed, and beside `src`. */
const dir = new URL('../questions/', import.meta.url);

/** All questions, by name. */
export function readQuestions(): readonly Question[] {
  const names = readdirSync(dir).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => {
    const sql = readFileSync(new URL(name, dir), 'utf8');
    const [first = ''] = sql.split(/^--$/m);
    const description = first.replace(/^-- ?/gm, '').replace(/\s+/g, ' ').trim();
    return { name: basename(name, '.sql'), description, sql };
  });
}

/** @throws USAGE */
export function findQuestion(name: string): Question {
  const questions = readQuestions();
  const found = questions.find((question) => question.name === name);
  if (found) return found;
  throw new VarveError('USAGE', `no question is called ${name}`, {
    hint: `ask one of: ${questions.map((question) => question.name).join(', ')}; or ask in SQL, with a query`,
  });
}
