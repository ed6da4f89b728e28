import { VarveError } from '@varve/schema';
import {
  type Archives,
  archiveIdOf,
  type FoundFile,
  fetchWindows,
  isRemote,
  newNotes,
  recogniseArchive,
  SeenArchives,
  streamCandidates,
} from '../find/index.ts';
import { Stage, type StagedArchive } from '../stage/index.ts';
import { withWal } from '../unified/index.ts';
import { problemOf, Tally } from '../work/index.ts';
import type { Warehouse, WarehouseTable } from './contract.ts';
import { findMisfits } from './find-misfits.ts';
import { isLoaded } from './is-loaded.ts';
import type { ArchiveLoad, LoadArchivesOptions, LoadReport } from './load-options.ts';
import { ahead, prepareWarehouse, saveTables } from './prepare-warehouse.ts';
import { removeGone } from './remove-gone.ts';
import { headDigest } from './warehouse-tables.ts';

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
  readonly #tally: Tally<ArchiveLoad>;
  readonly #seen: SeenArchives | undefined;
  #tables: readonly WarehouseTable[];
  #rows = 0;

  constructor(warehouse: Warehouse, tables: readonly WarehouseTable[], options: LoadArchivesOptions) {
    this.#warehouse = warehouse;
    this.#tables = tables;
    this.#options = options;
    this.#stage = new Stage(options.lineage);
    this.#head = headDigest(options.lineage);
    this.#tally = new Tally(options);
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
      if (this.#tally.isStopped) break;
      this.#stage.clear();
      for (const { file, error } of fetched.failed) this.#stage.addProblem(file, problemOf(error, file.path));
      this.#stage.add(fetched.files);
      await this.#write([...fetched.files, ...fetched.failed.map(({ file }) => file)]);
    }
    const removed = await this.#removeGone(where, notes.problems);
    await this.#warehouse.settleDuplicates();
    await this.#warehouse.sweep();
    for (const error of notes.problems) {
      const problem = problemOf(error, error.path ?? '');
      this.#tell({ path: problem.path, state: 'failed', rows: 0, problem });
    }
    const [loaded, current] = [this.#tally.count('loaded'), this.#tally.count('current')];
    return { loaded, current, removed, rows: this.#rows, ...this.#tally.report() };
  }

  async #removeGone(where: Archives, problems: readonly VarveError[]): Promise<number> {
    if (!this.#seen || this.#tally.isStopped) return 0;
    return removeGone(this.#warehouse, { where, selection: this.#options, seen: this.#seen, problems });
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
      if (this.#tally.isStopped) return;
    }
    yield* this.#changed(page, problems);
  }

  async *#changed(page: readonly FoundFile[], problems: VarveError[]): AsyncGenerator<FoundFile> {
    if (page.length === 0) return;
    const known = await this.#warehouse.readLoaded(page.map(({ path }) => archiveIdOf(path)));
    const byId = new Map(known.map((archive) => [archive.id, archive]));
    for (const file of page) {
      if (isLoaded(file, byId.get(archiveIdOf(file.path)), this.#head)) {
        this.#tell({ path: file.path, state: 'current', rows: 0 });
        continue;
      }
      const recognised = isRemote(file) ? file : recogniseArchive(file);
      if (recognised instanceof VarveError) problems.push(recognised);
      else if (recognised) yield file;
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
      await this.#assertHead();
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
    for (const table of this.#tables) {
      const misfits = findMisfits(this.#stage.sqlite, table, this.#options.lineage);
      if (misfits.length === 0) continue;
      await this.#assertHead();
      const columns = table.columns.map((it) =>
        misfits.includes(it.name) ? { ...it, kind: 'mixed' as const } : it,
      );
      this.#tables = this.#tables.map((it) => (it.name === table.name ? { ...table, columns } : it));
      const { dialect } = this.#warehouse;
      const changes = misfits.flatMap((name) => dialect.widenColumn(table, name));
      const statements = dialect.changeTable({ ...table, columns }, changes);
      await saveTables(this.#warehouse, this.#tables, statements, this.#head);
    }
  }

  /** Another load may have brought the tables to another head: that is no fault of an archive. */
  async #assertHead(): Promise<void> {
    const facts = await this.#warehouse.readFacts();
    if (facts?.get('head') !== this.#head) throw ahead(this.#options.lineage.name);
  }

  #tell(archive: ArchiveLoad): void {
    this.#rows += archive.state === 'loaded' ? archive.rows : 0;
    this.#tally.add(archive);
  }
}
