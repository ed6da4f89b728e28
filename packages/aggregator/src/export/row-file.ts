/** A file being written, row by row; little of it is in memory. Integers come as bigint. */
export interface RowFile {
  write(row: readonly unknown[]): void;
  /** Puts on the disk what is in memory; rows may follow. */
  flush(): void;
  close(): void;
}
