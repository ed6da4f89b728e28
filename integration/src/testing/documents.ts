/** The documents whose programs run and whose commands print what they show, from the root of the project. */
export const documents = [
  'README.md',
  ...[
    'agents',
    'start',
    'recording',
    'adapters',
    'own-schema',
    'adopt',
    'schema-changes',
    'lens',
    'query',
    'fleet',
    'file-format',
    'command-line',
  ].map((page) => `docs/${page}.md`),
];

/** Drizzle has no part in what these show. */
export const onlyOnce: ReadonlySet<string> = new Set(
  ['lens', 'file-format', 'command-line'].map((page) => `docs/${page}.md`),
);
