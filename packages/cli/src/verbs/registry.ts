import type { Command } from 'commander';

/** A verb as `varve help` lists it. */
export interface VerbEntry {
  readonly name: string;
  /** The name and the arguments, as commander reads them. */
  readonly usage: string;
  readonly description: string;
  /** Imports the verb's file, and with it all that the verb needs: nothing of that is loaded for another verb. */
  readonly load: () => Promise<(command: Command) => void>;
}

/** Every verb, in the order of `varve help`: one line each, and the rest in a file beside this one. */
export const verbs: readonly VerbEntry[] = [
  verb(
    'status [archives...]',
    'count archives by version, with their sizes and problems; reads no tables (upgrade --dry-run checks every page) and changes nothing',
    async () => (await import('./status.ts')).defineStatus,
  ),
  verb(
    'show <file>',
    'tell which version a file is, how it is read at head, and how many rows it has',
    async () => (await import('./show.ts')).defineShow,
  ),
  verb(
    'lens',
    'print the SELECTs that read files of a version at head, and what could not be compiled, and why',
    async () => (await import('./lens.ts')).defineLens,
  ),
  verb(
    'read <file> <sql>',
    'run one SELECT at head schema over one archive of any version; the file stays as it is',
    async () => (await import('./read.ts')).defineRead,
  ),
  verb(
    'query [archives...]',
    'run one SELECT at head schema across archives, or over a unified view as it is',
    async () => (await import('./query.ts')).defineQuery,
  ),
  verb(
    'unify [archives...]',
    'build a unified view of archives of any versions, or bring it up to date',
    async () => (await import('./unify.ts')).defineUnify,
  ),
  verb(
    'ask <question> [archives...]',
    'ask what is asked most: cost, tools, sessions, models; over archives or a unified view',
    async () => (await import('./ask.ts')).defineAsk,
  ),
  verb(
    'export <archives...>',
    'write archives to Parquet or as trajectories, or a unified view to Parquet, JSON lines or CSV',
    async () => (await import('./export.ts')).defineExport,
  ),
  verb(
    'search <view> <words...>',
    'find words in the texts of a unified view, the best hits first',
    async () => (await import('./search.ts')).defineSearch,
  ),
  verb(
    'serve [archives...]',
    'look at archives, or at a unified view, in the browser; changes nothing',
    async () => (await import('./serve.ts')).defineServe,
  ),
  verb(
    'mcp [archives...]',
    'let an agent ask archives, or a unified view, over the Model Context Protocol; changes nothing',
    async () => (await import('./mcp.ts')).defineMcp,
  ),
  verb(
    'upgrade [archives...]',
    'bring archives to head, each on a verified copy that then takes its place',
    async () => (await import('./upgrade.ts')).defineUpgrade,
  ),
  verb(
    'seal [archives...]',
    'take files of any program out of WAL mode, checked and read-only, each where it lies',
    async () => (await import('./seal.ts')).defineSeal,
  ),
  verb(
    'restore <backups>',
    'put the originals that an upgrade kept back into the place of their archives',
    async () => (await import('./restore.ts')).defineRestore,
  ),
  verb(
    'import <format> <paths...>',
    "read other agents' logs into archives, one a session; again, only what has changed",
    async () => (await import('./import.ts')).defineImport,
  ),
  verb(
    'push <archives...>',
    'put sealed archives into a bucket or a folder; each goes here when it is there',
    async () => (await import('./push.ts')).definePush,
  ),
  verb(
    'manifest [archives...]',
    'list archives with what is known of each; again, only what is new is read',
    async () => (await import('./manifest.ts')).defineManifest,
  ),
  verb(
    'load [archives...]',
    'put the rows of archives into Postgres or ClickHouse; again, only what is new',
    async () => (await import('./load.ts')).defineLoad,
  ),
  verb(
    'init',
    'configure varve in this folder, empty or an existing drizzle project',
    async () => (await import('./init.ts')).defineInit,
  ),
  verb(
    'generate [name]',
    'write the migration that the schema needs, lint it, lock it, and renew the lineage module',
    async () => (await import('./generate.ts')).defineGenerate,
  ),
  verb(
    'ungenerate [archives...]',
    'take back the last migration, while it is neither merged nor applied to a known file',
    async () => (await import('./ungenerate.ts')).defineUngenerate,
  ),
  verb(
    'check',
    'for CI: are the migrations locked, complete and harmless, and the lineage module up to date',
    async () => (await import('./check.ts')).defineCheck,
  ),
  verb(
    'freeze [fixture]',
    'write the golden archive of the current version, once, beside the fixture',
    async () => (await import('./freeze.ts')).defineFreeze,
  ),
  verb(
    'squash [archives...]',
    'fold the migrations that every archive has had into one baseline',
    async () => (await import('./squash.ts')).defineSquash,
  ),
];

function verb(usage: string, description: string, load: VerbEntry['load']): VerbEntry {
  return { name: usage.split(' ')[0] ?? usage, usage, description, load };
}
