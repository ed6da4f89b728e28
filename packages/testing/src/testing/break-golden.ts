/** A team's own test file, run by `test-golden-archives.test.ts`: its last migration breaks an old archive. */
import { testGoldenArchives } from '../index.ts';
import { notesLineage } from './notes.ts';

const lineage = notesLineage(["UPDATE notes SET kind = 'open' WHERE kind = 'todo'"]);

testGoldenArchives(process.env.GOLDEN_DIR ?? '', { lineage });
