import { renameMigration } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import type { Project } from './load-project.ts';
import { readProjectLineage } from './load-project.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import { renderHints } from './rename.ts';
import { type Decisions, schemaDifference, unclearRename } from './schema-difference.ts';
import { openWorkbench, type Workbench } from './workbench.ts';
import { appendDrops, withoutDropped } from './write-drops.ts';
import { assertRenamesTook, writeRenames } from './write-renames.ts';

export interface MakeOptions extends Decisions {
  readonly name: string | undefined;
  /** Asked once there is something to name, where `name` is not given; undefined leaves it to drizzle-kit. */
  readonly askName?: (() => Promise<string | undefined>) | undefined;
  /** An empty migration, for SQL by hand. */
  readonly isCustom: boolean;
  /** Lets drizzle-kit ask at the terminal. */
  readonly isInteractive: boolean;
}

/**
 * Has drizzle-kit make the migrations that the schema needs; returns their names, in their order. After a failure the
 * project's folder is as it was.
 *
 * @throws RENAME_UNCLEAR, RENAME_INVALID, MIGRATIONS_CONFLICT, DRIZZLE_KIT_FAILED
 */
export async function makeMigrations(project: Project, options: MakeOptions): Promise<string[]> {
  using workbench = openWorkbench(project);
  const made = makeOn(workbench, project, options);
  assertRenamesTook(readProjectLineage(project, workbench.migrationsDir), options.renames);
  if (options.isInteractive && !options.isCustom && options.drops.length === 0)
    made.push(...workbench.generate(nameArgs(options)));
  const label = made.length > 0 && options.name === undefined ? labelOf(await options.askName?.()) : '';
  const named = label ? made.map((name) => renameMigration(workbench.migrationsDir, name, label)) : made;
  if (named.length > 0) workbench.publish();
  return named;
}

function makeOn(workbench: Workbench, project: Project, options: MakeOptions): string[] {
  const { renames, name } = options;
  const made = renames.length > 0 && !workbench.takesHints ? writeRenames(workbench, renames, name) : [];
  const before = workbench.newestSnapshot();
  try {
    return [...made, ...makeRest(workbench, project, options, before)];
  } catch (error) {
    const was = before && readSnapshot(before);
    if (!was || !(error instanceof VarveError && error.code === 'RENAME_UNCLEAR')) throw error;
    throw unclearRename(schemaDifference(was, workbench.schemaNow(), options));
  }
}

function makeRest(
  workbench: Workbench,
  project: Project,
  options: MakeOptions,
  snapshotPath: string | undefined,
): string[] {
  const { drops, isCustom, isInteractive } = options;
  const args = [...nameArgs(options), ...(isCustom ? ['--custom'] : [])];
  if (workbench.takesHints)
    return workbench.generate([...args, ...hintArgs(workbench, options)], isInteractive);
  if (drops.length === 0 || !snapshotPath) return workbench.generate(args, isInteractive);
  const made = withoutDropped(snapshotPath, drops, () => workbench.generate(args, isInteractive));
  if (made.length === 0) return workbench.generate(args, isInteractive);
  appendDrops(workbench.migrationsDir, readProjectLineage(project, workbench.migrationsDir), drops);
  return made;
}

const nameArgs = ({ name }: MakeOptions): string[] => (name === undefined ? [] : ['--name', name]);

/** What a person decided, as drizzle-kit 1.0 takes it; what goes says that the names which come are new. */
function hintArgs(workbench: Workbench, options: MakeOptions): string[] {
  const { renames, drops } = options;
  if (renames.length + drops.length === 0) return [];
  const path = workbench.newestSnapshot();
  const was = drops.length > 0 && path ? readSnapshot(path) : undefined;
  return ['--hints', renderHints(renames, was ? newNames(was, workbench.schemaNow(), options) : [])];
}

function newNames(was: Snapshot, now: Snapshot, options: MakeOptions): string[][] {
  const decided = schemaDifference(was, now, options).filter(({ went }) => went.length === 0);
  return decided.flatMap(({ table, came }) =>
    came.map((name) => (table === undefined ? [name] : [table, name])),
  );
}

/** Letters, digits and underscores, as drizzle-kit's own names have. */
const labelOf = (answer = ''): string =>
  answer
    .trim()
    .replaceAll(/\W+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
