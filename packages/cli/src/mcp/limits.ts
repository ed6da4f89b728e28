/** What a model can take in, and what somebody waits for. */
export const limits = {
  rowLimit: 1000,
  byteLimit: 1_000_000,
  timeLimitMs: 30_000,
  /** Characters of one cell. */
  cellLength: 4000,
  /** Characters of a name in a list. */
  nameLength: 200,
  /** Characters of one answer, as JSON. */
  answerLength: 100_000,
  /** Sessions that are listed as resources, the newest. */
  resources: 100,
} as const;
