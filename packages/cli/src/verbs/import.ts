import { type Redact, redactAddresses, redactBy, redactKeys, redactTokens } from '@varve/core';
import { type ChatField, chatFields, formatNames, type ImportReport, importLogs } from '@varve/import';
import { type Command, InvalidArgumentError } from 'commander';
import { defineVerb, parseJobs, parseSince } from '../command/index.ts';
import { countOf, formatSize } from '../output/index.ts';

interface ImportVerbOptions {
  readonly into: string;
  readonly since?: number;
  readonly dryRun?: boolean;
  readonly fields?: Partial<Record<ChatField, string>>;
  readonly jobs?: number;
  readonly redact?: Redact;
}

const redactRules: ReadonlyMap<string, Redact> = new Map([
  ['keys', redactKeys],
  ['tokens', redactTokens],
  ['addresses', redactAddresses],
]);
const redactRuleNames = [...redactRules.keys()];

export function defineImport(command: Command): void {
  command
    .requiredOption('--into <dir>', 'the folder of the archives, one a session')
    .option('--since <when>', 'only what changed since a date, or an age such as 30d', (text) =>
      parseSince(text),
    )
    .option('--dry-run', 'read, write nothing, and tell what would come and what is skipped, and why')
    .option('--fields <field=path,...>', 'for openai-chat: where a record has what', parseFields)
    .option('--jobs <n>', 'processes that read logs (default: one a core, four at most)', parseJobs)
    .option(
      '--redact <rules>',
      `what is left out before it is stored: ${redactRuleNames.join(', ')}, or all`,
      parseRules,
    )
    .addHelpText('after', `\nFormats: ${formatNames.join(', ')}`);
  defineVerb<ImportVerbOptions>(command, async (context, [format = '', ...paths], options) => {
    const { into, since, dryRun = false, fields, jobs, redact } = options;
    using bar = context.openProgressBar('importing');
    const interruption = listenForInterrupt();
    const startedMs = performance.now();
    try {
      const report = await importLogs(format, paths, {
        into,
        dryRun,
        ...(since !== undefined && { sinceMs: since }),
        ...(fields && { fields }),
        ...(jobs !== undefined && { jobs }),
        ...(redact && { redact }),
        signal: interruption.signal,
        onProgress: bar.update,
      });
      const seconds = (performance.now() - startedMs) / 1000;
      return {
        json: { ...report, seconds },
        text: () => renderReport(report, { into, dryRun, seconds }),
        problems: report.problems,
      };
    } finally {
      interruption.stop();
    }
  });
}

/** The first Ctrl-C ends the import in good order. */
function listenForInterrupt() {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.once('SIGINT', abort);
  return { signal: controller.signal, stop: () => process.off('SIGINT', abort) };
}

function parseFields(text: string): Partial<Record<ChatField, string>> {
  const pairs = text.split(',').map((pair) => pair.split('='));
  const isKnown = ([field, path]: string[]) => path && chatFields.some((it) => it === field);
  if (pairs.every(isKnown)) return Object.fromEntries(pairs);
  throw new InvalidArgumentError(`give field=path, with commas between, of ${chatFields.join(', ')}`);
}

function parseRules(text: string): Redact {
  const names = text === 'all' ? redactRuleNames : text.split(',');
  const rules = names.map((name) => redactRules.get(name));
  if (rules.every((rule) => rule !== undefined)) return redactBy(...rules);
  throw new InvalidArgumentError(`give all, or some of ${redactRuleNames.join(', ')} with commas between`);
}

interface Outcome {
  readonly into: string;
  readonly dryRun: boolean;
  readonly seconds: number;
}

function renderReport(report: ImportReport, { into, dryRun, seconds }: Outcome): string {
  const { added, changed, unchanged, logs, records, rows, sizeBytes } = report;
  const counts = Object.entries({ added, changed, unchanged }).filter(([, count]) => count > 0);
  const told = counts.map(([what, count]) => `${count} ${what}`).join(', ');
  const sessions = told === '' ? 'no sessions' : `sessions ${told}`;
  const read = `${countOf(records, 'record')} of ${countOf(logs, 'log')}, ${formatSize(sizeBytes)}; ${countOf(rows, 'row')}; ${seconds.toFixed(1)} s`;
  return [
    `${into}: ${dryRun ? 'would come: ' : ''}${sessions}; ${read}`,
    ...renderReasons('skipped', 'record', report.skipped),
    ...renderReasons('passed over', 'log', report.passedOver),
    ...(report.otherFiles > 0 ? [`passed over: ${countOf(report.otherFiles, 'file')}, no such log`] : []),
    ...(dryRun
      ? report.sessions.map(({ id, change, rows }) => `${change} ${id}: ${countOf(rows, 'row')}`)
      : []),
  ].join('\n');
}

function renderReasons(verb: string, what: string, reasons: Readonly<Record<string, number>>): string[] {
  return Object.entries(reasons).map(([reason, count]) => `${verb}: ${countOf(count, what)}, ${reason}`);
}
