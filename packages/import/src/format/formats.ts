import { VarveError } from '@varve/schema';
import type { LogSample } from '../log/index.ts';
import { atif } from './atif.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import type { FormatOptions, LogFormat } from './contract.ts';
import { geminiCli } from './gemini-cli.ts';
import { miniSweAgent } from './mini-swe-agent.ts';
import { openaiChat } from './openai-chat.ts';
import { opencode } from './opencode.ts';
import { otlp } from './otlp.ts';
import { pi } from './pi.ts';
import { sweAgent } from './swe-agent.ts';
import { tauBench } from './tau-bench.ts';

/** In the order in which `auto` asks them. */
const formats: readonly LogFormat[] = [
  claudeCode,
  codex,
  opencode,
  geminiCli,
  pi,
  miniSweAgent,
  sweAgent,
  tauBench,
  atif,
  otlp,
  openaiChat,
];

/** What `varve import` takes for a format. */
export const formatNames: readonly string[] = [...formats.map(({ name }) => name), 'auto'];

/**
 * The format of this name, or all of them for `auto`.
 *
 * @throws USAGE
 */
export function findFormats(name: string): readonly LogFormat[] {
  const found = name === 'auto' ? formats : formats.filter((format) => format.name === name);
  if (found.length > 0) return found;
  throw new VarveError('USAGE', `no logs of the format ${name} can be imported`, {
    hint: `give one of: ${formatNames.join(', ')}`,
  });
}

/** The first that knows the log for its own. */
export function recogniseFormat(
  formats: readonly LogFormat[],
  sample: LogSample,
  options: FormatOptions,
): LogFormat | undefined {
  return formats.find((format) => format.recognise(sample, options));
}
