/** A host: begins a session, or goes on with one that another host began. */
import { VarveSessionStore } from '@varve/claude-agent';
import { scriptedQuery } from './scripted-query.ts';

const [root = 'sessions', resume] = process.argv.slice(2);
const sessionStore = new VarveSessionStore({ dir: `${root}/live`, archiveDir: `${root}/archives` });
const options = { sessionStore, hooks: sessionStore.hooks(), ...(resume !== undefined && { resume }) };

const { sessionId, resumed } = resume
  ? await scriptedQuery(
      'Publish them',
      [{ name: 'Bash', input: { command: 'npm publish' }, refused: 'no publishing' }],
      options,
    )
  : await scriptedQuery(
      'Write the release notes',
      [{ name: 'Bash', input: { command: 'git log' }, says: 'fix a bug' }],
      options,
    );
sessionStore.sealAll();
console.log(JSON.stringify({ sessionId, resumed }));
