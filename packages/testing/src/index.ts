export { examineGolden } from './examine-golden.ts';
export { describeProblem, type GoldenProblem } from './golden-problem.ts';
export { makeTestFolder } from './test-folder.ts';
export { testGoldenArchives } from './test-golden-archives.ts';
export { createTestSession } from './test-session.ts';
