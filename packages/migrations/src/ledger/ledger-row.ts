/** A row of Drizzle's ledger. */
export interface LedgerRow {
  readonly hash: string;
  readonly createdAtMs: number;
  /** Written by drizzle-orm 1.0 and later. */
  readonly name: string | undefined;
}
