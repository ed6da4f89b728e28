import type { Command } from 'commander';
import {
  escapeLines,
  exitCodes,
  type Problem,
  printOutput,
  renderJson,
  reportError,
  reportProblems,
  type StackOf,
  tell,
} from '../output/index.ts';
import { type CommandContext, type CommonOptions, createContext } from './command-context.ts';
import { limitTime, parseTimeout } from './time-limit.ts';

export type VerbResult = (VerbAnswer | VerbOutput) & {
  /** The files that had to be left out. */
  readonly problems?: readonly Problem[];
  /** How many more there were. */
  readonly unnamed?: number;
};

interface VerbAnswer {
  /** What `--json` prints. */
  readonly json: unknown;
  /** What a person reads; called only without `--json`. */
  readonly text: () => string;
}

/** For what does not fit into memory. */
interface VerbOutput {
  /** Pieces of text, as the options want it. What they need is closed at the end. */
  readonly output: Iterable<string>;
}

/** A verb's work: its arguments as written, the options it declared itself. */
export type VerbWork<TOptions extends object> = (
  context: CommandContext,
  args: readonly string[],
  options: TOptions,
) => VerbResult | Promise<VerbResult>;

/** Adds the options all verbs share to a verb, and makes its result, problems and errors come out alike. */
export function defineVerb<TOptions extends object>(command: Command, work: VerbWork<TOptions>): void {
  command
    .option('--migrations <dir>', 'the folder drizzle-kit writes to (else varve.config.ts in this folder)')
    .option('--no-config', 'run no varve.config.* of this folder: it is code')
    .option('--json', 'the result as JSON on stdout, all else on stderr')
    .option('--quiet', 'nothing on stderr but errors')
    .option('--verbose', 'errors with their stack')
    .option('--timeout <seconds>', 'end with an error when it takes longer', parseTimeout)
    .action(async () => {
      process.exitCode = await runVerb(work, command.args, command.opts<CommonOptions & TOptions>());
    });
}

async function runVerb<TOptions extends object>(
  work: VerbWork<TOptions>,
  args: readonly string[],
  options: CommonOptions & TOptions,
): Promise<number> {
  using _limit = options.timeout === undefined ? undefined : limitTime(options.timeout);
  try {
    const { problems = [], unnamed = 0, ...result } = await work(createContext(options), args, options);
    try {
      await printOutput('output' in result ? result.output : [renderAnswer(result, options)]);
    } finally {
      reportProblems(problems, options.verbose ? await loadStacks() : undefined);
      if (unnamed > 0) tell(`hint: ${unnamed} more failed; --report FILE names each`);
    }
    return problems.length > 0 ? exitCodes.problems : exitCodes.ok;
  } catch (error) {
    return reportError(error, options.verbose ?? false);
  }
}

/** Loaded only for who asks: the verbs that have no workers do not need it. */
async function loadStacks(): Promise<StackOf> {
  const { stackOf } = await import('@varve/aggregator/internal');
  return (problem) => stackOf(problem);
}

function renderAnswer({ json, text }: VerbAnswer, options: CommonOptions): string {
  return `${options.json ? renderJson(json) : escapeLines(text())}\n`;
}
