import type { Unified } from '@varve/aggregator';
import { askServiceVersions, askTools, askVerdictsByLicence, askVerdictsByVersion } from '../questions.ts';
import type * as schema from '../schema.ts';
import type { Screen } from './screen.ts';

const licencesShown = 6;

/** What must be the same whether archives are read as they lie or after an upgrade. */
export function askAll(unified: Unified<typeof schema>) {
  return {
    tools: askTools(unified),
    verdictsByLicence: askVerdictsByLicence(unified),
    serviceVersions: askServiceVersions(unified),
  };
}

export type Answers = ReturnType<typeof askAll>;

export function showAnswers(screen: Screen, { tools, verdictsByLicence, serviceVersions }: Answers): void {
  screen.table(
    ['which tools fail most?', 'calls', 'failed', '%', 'ms each', 'ms in all'],
    tools.map(({ tool, calls, failures, averageMs, totalMs }) => [
      tool,
      calls,
      failures,
      Math.round((100 * failures) / calls),
      averageMs.toFixed(1),
      Math.round(totalMs),
    ]),
  );
  screen.line();
  screen.table(
    ['verdicts by licence', 'approve', 'review', 'reject'],
    verdictsByLicence
      .slice(0, licencesShown)
      .map(({ licence, approve, review, reject }) => [licence, approve, review, reject]),
  );
  const hidden = verdictsByLicence.length - licencesShown;
  if (hidden > 0) screen.note(`and ${hidden} more`);
  screen.line();
  screen.table(
    ['sessions by service', 'all', 'completed', 'failed'],
    serviceVersions.map(({ service, sessions, completed, failed }) => [
      `version ${service}`,
      sessions,
      completed,
      failed,
    ]),
  );
}

export function showVerdictsByVersion(screen: Screen, unified: Unified<typeof schema>): void {
  screen.table(
    ['verdicts by schema version', 'sessions', 'approve', 'review', 'reject'],
    askVerdictsByVersion(unified).map(({ version, sessions, approve, review, reject }) => [
      `archived at ${version}`,
      sessions,
      approve,
      review,
      reject,
    ]),
  );
}
