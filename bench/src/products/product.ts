import { written } from './written/index.ts';

/** Whose hand wrote the ledger of a product's files. */
export type LedgerKind = '0.45' | '1.0' | 'bun';

/** What somebody else's agent product on Drizzle is like: of 17 of them these were counted. */
export interface Product {
  readonly name: string;
  readonly tables: number;
  readonly migrations: number;
  /** How many of the last migrations its files have not had. */
  readonly pending: readonly number[];
  readonly isWal: boolean;
  readonly ledger: LedgerKind;
  readonly hasAutoincrement?: boolean;
  /** One of the tables is FTS5, kept by triggers. */
  readonly hasSearch?: boolean;
  readonly hasGenerated?: boolean;
  /** A table that no migration knows. */
  readonly hasOwnTable?: boolean;
  readonly isAnalyzed?: boolean;
  readonly userVersion?: number;
  /** Statements that its later migrations hold, beside the usual ones. */
  readonly habits: readonly Habit[];
  /** What its tables hold together, 70 kB unless said. */
  readonly rowsBytes?: number;
  /** What a row of them takes, more or less; a few words in each text unless said. */
  readonly rowBytes?: number;
  /** Its migrations, where chance is not to make them. */
  readonly script?: readonly string[];
}

/** What one pass refused, or a lens cannot show. */
export type Habit = 'check' | 'unique' | 'not null' | 'clock' | 'random' | 'select 1';

const short = [1, 2, 4];
const long = [9, 16, 30];

const drafted: readonly Product[] = [
  {
    name: 'assistant',
    tables: 14,
    migrations: 8,
    pending: [1, 2, 5],
    isWal: true,
    ledger: '0.45',
    habits: ['check'],
  },
  {
    name: 'coder',
    tables: 18,
    migrations: 24,
    pending: short,
    isWal: true,
    ledger: '1.0',
    habits: ['select 1'],
    hasAutoincrement: true,
  },
  {
    name: 'researcher',
    tables: 22,
    migrations: 31,
    pending: [2, 8, 20],
    isWal: true,
    ledger: 'bun',
    habits: ['clock'],
    isAnalyzed: true,
  },
  {
    name: 'desk',
    tables: 27,
    migrations: 40,
    pending: long,
    isWal: false,
    ledger: '0.45',
    habits: ['not null', 'unique'],
    hasOwnTable: true,
  },
  {
    name: 'operator',
    tables: 30,
    migrations: 46,
    pending: short,
    isWal: true,
    ledger: '0.45',
    habits: ['random'],
    userVersion: 7,
  },
  {
    name: 'notebook',
    tables: 20,
    migrations: 28,
    pending: [1, 3, 12],
    isWal: true,
    ledger: '0.45',
    habits: ['select 1'],
    hasSearch: true,
  },
  {
    name: 'mailer',
    tables: 34,
    migrations: 52,
    pending: short,
    isWal: true,
    ledger: '1.0',
    habits: ['check', 'not null'],
    hasAutoincrement: true,
    isAnalyzed: true,
  },
  {
    name: 'planner',
    tables: 38,
    migrations: 60,
    pending: long,
    isWal: true,
    ledger: '0.45',
    habits: ['clock', 'random'],
    hasGenerated: true,
  },
  {
    name: 'gateway',
    tables: 42,
    migrations: 66,
    pending: short,
    isWal: true,
    ledger: 'bun',
    habits: ['unique', 'select 1'],
    hasOwnTable: true,
  },
  {
    name: 'analyst',
    tables: 16,
    migrations: 19,
    pending: [1, 6, 12],
    isWal: false,
    ledger: '0.45',
    habits: ['check', 'unique'],
    hasAutoincrement: true,
  },
  {
    name: 'studio',
    tables: 48,
    migrations: 75,
    pending: [2, 5, 14],
    isWal: true,
    ledger: '0.45',
    habits: ['not null', 'clock'],
    userVersion: 3,
    isAnalyzed: true,
  },
  {
    name: 'swarm',
    tables: 54,
    migrations: 84,
    pending: [1, 4, 40],
    isWal: true,
    ledger: '1.0',
    habits: ['check', 'random', 'select 1'],
    hasAutoincrement: true,
  },
];

export const products: readonly Product[] = [...drafted, ...written];
