import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const tables = [
  'decisions',
  'intermediateResults',
  'messages',
  'modelCalls',
  'outputs',
  'sessions',
  'sources',
  'toolCalls',
];

/** What `varve init` writes where there is no schema yet, for the Drizzle that the project has. */
export function renderStarterSchema(dir: string): string {
  const names = hasDrizzle1(dir)
    ? [...tables, 'standardRelations'].sort()
    : tables.flatMap((table) => [table, `${table}Relations`]);
  return `import { timelineColumns } from '@varve/schema';
import { sqliteTable, text } from 'drizzle-orm/sqlite-core';

// The standard tables of an agent session, with their relations.
export {
${names.map((name) => `  ${name},`).join('\n')}
} from '@varve/schema';

/** A table of your own, on the session's timeline: \`session.record\` fills \`seq\` and \`sessionId\`. */
export const findings = sqliteTable('findings', {
  ...timelineColumns(),
  summary: text('summary').notNull(),
});
`;
}

/** Relations are one export there. */
function hasDrizzle1(dir: string): boolean {
  const folders = createRequire(join(dir, 'package.json')).resolve.paths('drizzle-orm') ?? [];
  const manifest = folders.map((folder) => join(folder, 'drizzle-orm', 'package.json')).find(existsSync);
  if (manifest === undefined) return false;
  const { version }: { version?: unknown } = JSON.parse(readFileSync(manifest, 'utf8'));
  return !String(version).startsWith('0.');
}
