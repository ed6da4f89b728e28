import { deepStrictEqual } from 'node:assert';
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openUnified, upgradeArchives } from '@varve/aggregator';
import { deployments } from '../deployments.ts';
import { findInstalled } from '../find-installed.ts';
import { lineage } from '../lineage.ts';
import { runAgents } from '../run-agents.ts';
import { type Answers, askAll, showAnswers, showVerdictsByVersion } from './answers.ts';
import { readFirstEra } from './read-first-era.ts';
import { Screen } from './screen.ts';
import { showCensus } from './show-census.ts';
import { showHistory } from './show-history.ts';

export interface DemoOptions {
  /** How many audits to run. */
  readonly sessions: number;
  /** The clone: its installed packages are audited. */
  readonly root: string;
  /** Emptied first. */
  readonly dir: string;
  readonly output: NodeJS.WritableStream;
}

export interface DemoResult {
  /** The versions at which archives stood before the upgrade, and after it. */
  readonly versionsBefore: readonly number[];
  readonly versionsAfter: readonly number[];
  readonly answers: Answers;
}

/**
 * The main job from beginning to end: real sessions of nine deployments, read as one, upgraded, and read again.
 *
 * @throws when reading changed an archive, an archive could not be read, or the upgrade changed an answer.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { root, dir } = options;
  const screen = new Screen(options.output);
  const archiveDir = join(options.dir, 'archives');
  rmSync(options.dir, { recursive: true, force: true });

  screen.heading('An agent really runs');
  await recordSessions(screen, options, archiveDir);

  showHistory(screen);

  screen.heading('Census: archives by version');
  const versionsBefore = showCensus(screen, archiveDir);

  screen.heading('Lazy reading: the oldest archive through today’s types');
  readFirstEra(screen, archiveDir);

  screen.heading('Unified view: questions across all sessions of all versions');
  const file = join(options.dir, 'unified.db');
  using unified = await screen.withProgress('unifying', options.sessions, (onProgress) =>
    openUnified(file, { lineage, archives: archiveDir, onProgress: ({ done }) => onProgress(done) }),
  );
  deepStrictEqual(unified.problems, []);
  screen.note('asked with Drizzle, typed by today’s schema: src/questions.ts');
  const answers = askAll(unified);
  showAnswers(screen, answers);
  screen.line();
  showVerdictsByVersion(screen, unified);

  screen.heading('Bulk upgrade: every archive to head');
  await upgradeAll(screen, options, archiveDir);
  const versionsAfter = showCensus(screen, archiveDir);
  const { changed, problems } = await unified.refresh();
  deepStrictEqual(problems, []);
  deepStrictEqual(askAll(unified), answers);
  showVerdictsByVersion(screen, unified);
  screen.proof(`${changed} archives read again: the same questions, the same answers`);

  screen.heading('Look at them in a browser');
  screen.line(`npx pnpm varve serve ${relative(root, join(dir, 'originals'))} --open`);
  screen.note('every session of every version as it was, and what an upgrade would do; Ctrl-C ends it');
  return { versionsBefore, versionsAfter, answers };
}

async function recordSessions(screen: Screen, options: DemoOptions, archiveDir: string): Promise<void> {
  const { sessions, root, dir } = options;
  const folders = findInstalled(root);
  screen.line(
    `${sessions} audits over the ${folders.length} packages installed in this clone: each session is a file`,
  );
  const startedMs = performance.now();
  const { handedOver } = await screen.withProgress('auditing', sessions, (onProgress) =>
    runAgents({ folders, sessions, sessionsDir: join(dir, 'live'), archiveDir, onProgress }),
  );
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  screen.line(
    `done in ${seconds} s by ${deployments.length} deployments of a service with five eras of code`,
  );
  screen.line(`${handedOver} of them were begun by one deployment and ended, in the same file, by the next`);
}

async function upgradeAll(screen: Screen, { sessions, dir }: DemoOptions, archiveDir: string): Promise<void> {
  const backupDir = join(dir, 'originals');
  const startedMs = performance.now();
  const { upgraded, current, failed } = await screen.withProgress('upgrading', sessions, (onProgress) =>
    upgradeArchives(archiveDir, { lineage, backupDir, onProgress: ({ done }) => onProgress(done) }),
  );
  deepStrictEqual(failed, []);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  screen.line(`${upgraded} upgraded, ${current} at head already, none failed, in ${seconds} s`);
  screen.note(`the originals are kept in ${relative(process.cwd(), backupDir)}: try varve status on them`);
}
