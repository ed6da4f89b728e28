/** Which problem of many is meant. */
interface ProblemKey {
  readonly path: string;
  readonly code: string;
}

/** The stack behind a problem, and which problem that is. */
export interface WorkerStack extends ProblemKey {
  readonly stack: string;
}

/** Nobody reads more of them, and each is as long as a page. */
const mostKept = 100;

const kept = new Map<string, string>();

/** Those that this process noted since it was last asked; there are none where it is no worker. */
let noted: WorkerStack[] = [];

const keyOf = ({ path, code }: ProblemKey): string => `${code} ${path}`;

/** Of a worker: an error does not go to another process with what it is the cause of. */
export function noteStack({ path, code }: ProblemKey, cause: unknown): void {
  if (!process.send || noted.length >= mostKept || !(cause instanceof Error)) return;
  noted.push({ path, code, stack: renderStack(cause) });
}

export function takeStacks(): readonly WorkerStack[] {
  const taken = noted;
  noted = [];
  return taken;
}

export function keepStacks(stacks: readonly WorkerStack[]): void {
  for (const it of stacks) if (kept.size < mostKept) kept.set(keyOf(it), it.stack);
}

/** The stack behind a problem that a worker told of; undefined for others, and where too many were told before. */
export function stackOf(problem: ProblemKey): string | undefined {
  return kept.get(keyOf(problem));
}

function renderStack(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${renderStack(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
