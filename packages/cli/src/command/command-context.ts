import type { Lineage } from '@varve/migrations';
import { loadLineage } from '../config/load-lineage.ts';
import { openProgressBar, type ProgressBar } from '../output/progress-bar.ts';
import { loadProject, type Project } from '../project/load-project.ts';
import { findArchives } from './find-archives.ts';

/** The options every verb takes. */
export interface CommonOptions {
  readonly migrations?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** What a verb works with. */
export interface CommandContext {
  loadLineage(): Promise<Lineage>;
  /** The archives that were named, else those of the configuration. */
  findArchives(named: readonly string[]): Promise<readonly string[]>;
  /** The package whose schema and migrations these are. */
  loadProject(): Promise<Project>;
  /** Drawn on stderr, and only where someone watches. */
  openProgressBar(label: string): ProgressBar;
}

export function createContext(options: CommonOptions): CommandContext {
  return {
    loadLineage: () => loadLineage(process.cwd(), options.migrations),
    findArchives: (named) => findArchives(process.cwd(), named),
    loadProject: () => loadProject(process.cwd(), options.migrations),
    openProgressBar: (label) => openProgressBar(label, !options.quiet && process.stderr.isTTY),
  };
}
