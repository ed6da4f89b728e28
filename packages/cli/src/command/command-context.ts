import type { Lineage } from '@varve/migrations';
import { VarveError } from '@varve/schema/errors';
import { openProgressBar, type ProgressBar, tell } from '../output/index.ts';
import type { Project } from '../project/index.ts';
import type { Place } from './find-archives.ts';

/** The options every verb takes. */
export interface CommonOptions {
  readonly migrations?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly timeout?: number;
  /** False with `--no-config`. */
  readonly config?: boolean;
}

/** What a verb works with. */
export interface CommandContext {
  loadLineage(): Promise<Lineage>;
  /** With today's tables, for what needs the types of columns; without, said on stderr, where the schema cannot be loaded. */
  loadTypedLineage(): Promise<Lineage>;
  /** The archives that were named, else those of the configuration. */
  findArchives(named: readonly string[]): Promise<readonly string[]>;
  /** What the configuration names of these, as far as it is there. */
  findConfigured(...places: readonly Place[]): Promise<readonly string[]>;
  /** The package whose schema and migrations these are. */
  loadProject(): Promise<Project>;
  /** Drawn on stderr, and only where someone watches. */
  openProgressBar(label: string): ProgressBar;
}

export function createContext(options: CommonOptions): CommandContext {
  // The folder may be a stranger's: its configuration is code, and is run only where nothing else tells.
  const mayRunConfig = options.config !== false && options.migrations === undefined;
  return {
    async loadLineage() {
      const { loadLineage } = await import('../config/load-lineage.ts');
      if (options.config === false && options.migrations === undefined) throw noLineage();
      return loadLineage(process.cwd(), options.migrations);
    },
    async loadTypedLineage() {
      const { loadTypedLineage } = await import('../config/load-typed-lineage.ts');
      const { lineage, untypedBecause } = await loadTypedLineage(process.cwd(), options.migrations);
      if (untypedBecause !== undefined && !options.quiet)
        tell(`the schema could not be loaded, so JSON columns are text: ${untypedBecause}`);
      return lineage;
    },
    async findArchives(named) {
      const { findArchives } = await import('./find-archives.ts');
      return findArchives(process.cwd(), named, mayRunConfig);
    },
    async findConfigured(...places) {
      const { findConfigured } = await import('./find-archives.ts');
      return mayRunConfig ? findConfigured(process.cwd(), places) : [];
    },
    async loadProject() {
      const { loadProject } = await import('../project/load-project.ts');
      if (options.config === false) throw noLineage();
      return loadProject(process.cwd(), options.migrations);
    },
    openProgressBar: (label) => openProgressBar(label, !options.quiet && process.stderr.isTTY),
  };
}

function noLineage(): VarveError {
  return new VarveError(
    'CONFIG_NOT_FOUND',
    'with --no-config nothing tells which migrations the files have had',
    {
      hint: 'name the folder with --migrations DIR; what works on a package needs its configuration',
    },
  );
}
