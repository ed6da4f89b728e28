import { sep } from 'node:path';
import type { Lineage } from '@varve/migrations';
import { quoteIdentifier } from '@varve/migrations/internal';
import { VarveError } from '@varve/schema';
import { readDeclaredColumns, readSeenKinds } from '../export/index.ts';
import {
  type Archives,
  archiveIdOf,
  type FoundFile,
  fetchWindows,
  isOutOfSight,
  isRemote,
  isSelected,
  newNotes,
  recogniseArchive,
  SeenArchives,
  type Selection,
  searchedRoots,
  streamCandidates,
} from '../find/index.ts';
import { Stage, type StagedArchive } from '../stage/index.ts';
import { withWal } from '../unified/index.ts';
import { FailureLimit, type Problem, problemOf } from '../work/index.ts';
import type { Warehouse, WarehouseKind, WarehouseTable } from './contract.ts';
import { prepareWarehouse, saveTables } from './prepare-warehouse.ts';
import { headDigest } from './warehouse-tables.ts';

export interface LoadArchivesOptions extends Selection {
  readonly lineage: Lineage;
  /** Runs the statements that bring the tables to head, where the lineage has moved on. */
  readonly applyDdl?: boolean;
  /**
   * What becomes of the rows of an archive that was loaded from one of the folders or prefixes, and is no longer there:
   * `remove` (default), or `keep` them. Where a manifest, a glob or a file is named, nothing is missed.
   */
  readonly gone?: 'remove' | 'keep';
  /** When more fail, no other is begun. */
  readonly maxFailures?: number;
  readonly signal?: AbortSignal;
  readonly onFile?: (archive: ArchiveLoad) => void;
}

export interface ArchiveLoad {
  readonly path: string;
  /** `current`: the database had its rows already. */
  readonly state: 'loaded' | 'current' | 'failed';
  readonly rows: number;
  readonly problem?: Problem;
}

export interface LoadReport {
  readonly loaded: number;
  readonly current: number;
  /** Archives that are gone, and their rows with them. */
  readonly removed: number;
  readonly rows: number;
  readonly failed: readonly Problem[];
  readonly isStopped: boolean;
}

/** How many archives go into the engine at once: as a whole, or not. */
const batchFiles = 200;
const batchBytes = 32 * 1024 ** 2;
const lookupFiles = 1000;

/**
 * Puts archives' rows at head into a warehouse: those that are new, were changed, or were read by an older lineage. Each is
 * replaced as a whole. What is done stays done when the process dies; the next load goes on.
 *
 * @throws WAREHOUSE_BEHIND, WAREHOUSE_FOREIGN, WAREHOUSE_UNREACHABLE, WAREHOUSE_REFUSED
 */
export async function loadInto(
  warehouse: Warehouse,
  where: Archives,
  options: LoadArchivesOptions,
): Promise<LoadReport> {
  const tables = await prepareWarehouse(warehouse, options.lineage, options.applyDdl ?? false);
  const load = new Load(warehouse, tables, options);
  try {
    return await load.run(where);
  } finally {
    load.close();
  }
}

class Load {
  readonly #warehouse: Warehouse;
  readonly #options: LoadArchivesOptions;
  readonly #stage: Stage;
  readonly #head: string;
  readonly #limit: FailureLimit;
  readonly #failed: Problem[] = [];
  readonly #counts = { loaded: 0, current: 0, failed: 0 };
  readonly #seen: SeenArchives | undefined;
  #tables: readonly WarehouseTable[];
  #rows = 0;

  constructor(warehouse: Warehouse, tables: readonly WarehouseTable[], options: LoadArchivesOptions) {
    this.#warehouse = warehouse;
    this.#tables = tables;
    this.#options = options;
    this.#stage = new Stage(options.lineage);
    this.#head = headDigest(options.lineage);
    this.#limit = new FailureLimit(options.maxFailures);
    this.#seen = options.gone === 'keep' ? undefined : new SeenArchives();
  }

  close(): void {
    this.#seen?.[Symbol.dispose]();
    this.#stage[Symbol.dispose]();
  }

  async run(where: Archives): Promise<LoadReport> {
    const notes = newNotes();
    const files = this.#pending(streamCandidates(where, notes, this.#options), notes.problems);
    const limits = { mostFiles: batchFiles, mostBytes: batchBytes };
    for await (const window of fetchWindows(files, limits)) {
      using fetched = window;
      if (this.#isStopped()) break;
      this.#stage.clear();
      for (const { file, error } of fetched.failed) this.#stage.addProblem(file, problemOf(error, file.path));
      this.#stage.add(fetched.files);
      await this.#write([...fetched.files, ...fetched.failed.map(({ file }) => file)]);
    }
    const removed = await this.#removeGone(where, notes.problems);
    await this.#warehouse.settleDuplicates();
    await this.#warehouse.sweep();
    this.#failed.push(...notes.problems.map((error) => problemOf(error, error.path ?? '')));
    const { loaded, current } = this.#counts;
    return { loaded, current, removed, rows: this.#rows, failed: this.#failed, isStopped: this.#isStopped() };
  }

  async #removeGone(where: Archives, problems: readonly VarveError[]): Promise<number> {
    if (!this.#seen || this.#isStopped()) return 0;
    const roots = searchedRoots(where).filter((root) => !isOutOfSight(root, problems));
    if (roots.length === 0) return 0;
    let removed = 0;
    for await (const page of this.#warehouse.listLoaded()) {
      const gone = page.filter(({ id, path }) => {
        const root = roots.find((it) => path.startsWith(it));
        if (root === undefined || this.#seen?.has(id) || isOutOfSight(path, problems)) return false;
        return isSelected({ relativePath: path.slice(root.length).replaceAll(sep, '/') }, this.#options);
      });
      if (gone.length > 0) await this.#warehouse.remove(gone.map(({ id }) => id));
      removed += gone.length;
    }
    return removed;
  }

  #isStopped(): boolean {
    return this.#limit.signal.aborted || this.#options.signal?.aborted === true;
  }

  /** Those that the warehouse does not have as they are. */
  async *#pending(files: AsyncIterable<FoundFile>, problems: VarveError[]): AsyncGenerator<FoundFile> {
    let page: FoundFile[] = [];
    for await (const file of files) {
      page.push(withWal(file));
      this.#seen?.add(archiveIdOf(file.path));
      if (page.length < lookupFiles) continue;
      yield* this.#changed(page, problems);
      page = [];
      if (this.#isStopped()) return;
    }
    yield* this.#changed(page, problems);
  }

  async *#changed(page: readonly FoundFile[], problems: VarveError[]): AsyncGenerator<FoundFile> {
    if (page.length === 0) return;
    const known = await this.#warehouse.readLoaded(page.map(({ path }) => archiveIdOf(path)));
    const byId = new Map(known.map((archive) => [archive.id, archive]));
    for (const file of page) {
      const before = byId.get(archiveIdOf(file.path));
      const isSame =
        before !== undefined &&
        before.state !== 'failed' &&
        before.head === this.#head &&
        before.sizeBytes === file.sizeBytes &&
        (file.etag === undefined ? before.mtimeMs === file.mtimeMs : before.etag === file.etag);
      if (isSame) this.#tell({ path: file.path, state: 'current', rows: 0 });
      else {
        const recognised = isRemote(file) ? file : recogniseArchive(file);
        if (recognised instanceof VarveError) problems.push(recognised);
        else if (recognised) yield file;
      }
    }
  }

  async #write(files: readonly FoundFile[]): Promise<void> {
    const archives = this.#stage.list(files);
    if (archives.length === 0) return;
    this.#stage.renumber(archives);
    await this.#widen();
    try {
      await this.#writeBatch(archives);
    } catch (error) {
      if (!(error instanceof VarveError && error.code === 'WAREHOUSE_REFUSED')) throw error;
      if (archives.length > 1) for (const file of files) await this.#writeAlone(file);
      else await this.#refuse(archives[0] as StagedArchive, error);
    }
  }

  async #writeBatch(archives: readonly StagedArchive[]): Promise<void> {
    await this.#warehouse.write({
      sqlite: this.#stage.sqlite,
      tables: this.#tables,
      archives,
      head: this.#head,
    });
    for (const { file, state, rows, problem } of archives) {
      this.#tell({
        path: file.path,
        state: state === 'unified' ? 'loaded' : state,
        rows,
        ...(problem && { problem }),
      });
    }
  }

  /** One archive may hold what the engine has no place for: the others are none the worse for it. */
  async #writeAlone(file: FoundFile): Promise<void> {
    this.#stage.clear();
    this.#stage.add([file]);
    await this.#write([file]);
  }

  async #refuse(archive: StagedArchive, error: VarveError): Promise<void> {
    this.#stage.clear();
    const problem = { ...problemOf(error, archive.file.path), path: archive.file.path };
    await this.#writeBatch([{ ...archive, state: 'failed', rows: 0, problem }]);
  }

  /** Makes a column text when a value has come that does not fit it. */
  async #widen(): Promise<void> {
    const { sqlite } = this.#stage;
    for (const table of this.#tables) {
      const names = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
      const sql = `SELECT ${names} FROM main.${quoteIdentifier(table.name)}`;
      const seen = readSeenKinds(sqlite, sql, readDeclaredColumns(sqlite, sql, this.#options.lineage));
      const misfits = table.columns.filter(({ kind }, at) => (seen[at] ?? []).some((it) => !fits(it, kind)));
      if (misfits.length === 0) continue;
      const isMisfit = (name: string) => misfits.some((column) => column.name === name);
      const columns = table.columns.map((it) => (isMisfit(it.name) ? { ...it, kind: 'mixed' as const } : it));
      this.#tables = this.#tables.map((it) => (it.name === table.name ? { ...table, columns } : it));
      const { dialect } = this.#warehouse;
      const widened = { ...table, columns };
      const changes = misfits.flatMap(({ name }) => dialect.widenColumn(table, name));
      const statements = dialect.changeTable(widened, changes);
      await saveTables(this.#warehouse, this.#tables, statements, this.#head);
    }
  }

  #tell(archive: ArchiveLoad): void {
    this.#counts[archive.state] += 1;
    this.#rows += archive.state === 'loaded' ? archive.rows : 0;
    if (archive.problem) {
      this.#failed.push(archive.problem);
      this.#limit.add();
    }
    this.#options.onFile?.(archive);
  }
}

function fits(seen: string, kind: WarehouseKind): boolean {
  if (kind === 'mixed' || seen === kind) return true;
  return (kind === 'real' && seen === 'integer') || (kind === 'text' && seen === 'json');
}
