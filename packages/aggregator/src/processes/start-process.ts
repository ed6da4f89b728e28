import { type ChildProcess, fork } from 'node:child_process';

/** What a worker process runs, and how. */
export interface ProcessKind {
  readonly script: URL;
  /** For V8 in a worker; by default it is kept from letting garbage grow, for work that lies outside of its heap. */
  readonly nodeFlags?: readonly string[];
}

export function startProcess({ script, nodeFlags = frugal }: ProcessKind): ChildProcess {
  return fork(script, {
    serialization: 'advanced',
    stdio: 'ignore',
    execArgv: [...flagsFor(script), ...nodeFlags],
    // Ctrl-C is for this process to answer.
    detached: true,
  });
}

/** The program itself, where it is a text on the command line: a worker has a script of its own. */
const text = /^(?:-e|-p|-pe|--eval|--print|--input-type)(=|$)/;
/** What is loaded before the program. A worker that was built as one file has all that it needs. */
const preloading = /^(?:-r|--require|--import|--loader|--experimental-loader)(=|$)/;

function flagsFor({ pathname }: URL): string[] {
  const others = pathname.endsWith('.cjs') ? [text, preloading] : [text];
  const find = (flag = '') => others.map((other) => other.exec(flag)).find((found) => found !== null);
  const isName = (flag: string | undefined) => find(flag)?.[1] === '';
  return process.execArgv.filter((flag, at, all) => !find(flag) && !isName(all[at - 1]));
}

/** V8 lets garbage grow with the machine's memory. */
const frugal = ['--max-semi-space-size=1', '--max-old-space-size=128'];
