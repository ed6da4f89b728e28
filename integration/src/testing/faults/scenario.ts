/** Work on files in an empty folder that an error may cut off anywhere. */
export type Scenario = (dir: string) => Promise<Attempt>;

export interface Attempt {
  /** What fails. */
  work(): unknown;
  /** Looks at what is left; does the work again, and looks again. */
  check(): unknown;
}
