import type { MigrationChanges } from '../changes/index.ts';
import type { Lineage, Migration } from '../lineage/index.ts';
import type { SchemaObject } from '../replay/index.ts';
import type { SqlStatement } from '../sql/index.ts';
import type { SchemaFacts } from './schema-facts.ts';

/** A foreign key as a schema has it, of which SQL may have dropped a part. Actions as in SQL, in either case. */
export interface IntendedReference {
  readonly table: string;
  readonly columns: readonly string[];
  readonly parent: string;
  readonly onDelete: string;
  readonly onUpdate: string;
}

/** By migration: the foreign keys that the schema had when it was generated. */
export type IntendedReferences = ReadonlyMap<string, readonly IntendedReference[]>;

/** One migration as the rules see it. */
export interface LintSubject {
  readonly lineage: Lineage;
  /** The migration's place in the lineage, which is the version before it. */
  readonly at: number;
  readonly migration: Migration;
  /** All its statements, those included that replay leaves out. */
  readonly statements: readonly SqlStatement[];
  /** Those that replay runs, as it runs them. */
  readonly executed: readonly SqlStatement[];
  readonly changes: MigrationChanges;
  readonly before: SchemaFacts;
  readonly after: SchemaFacts;
  /** The foreign keys of the schema after it; empty where nothing tells. */
  readonly intended: readonly IntendedReference[];
  readonly objectsBefore: readonly SchemaObject[];
  readonly objectsAfter: readonly SchemaObject[];
}

export interface LintMark {
  readonly message: string;
  /** The statement it is about; the migration as a whole without one. */
  readonly statement?: SqlStatement | undefined;
}

/** A rule of lint. Its code is permanent: migrations name it in their `varve-allow` comments. */
export interface LintRule<TCode extends string = string> {
  readonly code: TCode;
  /** An error keeps a migration from being locked, and fails `varve check`; a warning is only told. */
  readonly severity: 'error' | 'warning';
  /** What to do, in the imperative. */
  readonly hint: string;
  check(subject: LintSubject): LintMark[];
}
