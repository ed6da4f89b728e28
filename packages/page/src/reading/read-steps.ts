import type { Database } from '@varve/migrations/internal';
import { quoteIdentifier } from '@varve/migrations/internal';
import type { Step } from '../api/index.ts';
import type { HeadShape, StepRole, TimelineTable } from '../sources/index.ts';
import { describeParts } from './message-parts.ts';
import { stepState } from './step-state.ts';
import { toMs } from './time.ts';

/** As much of a message's parts as is read to show its beginning. */
const partsLimit = 16_384;
const previewLength = 240;

/** All steps of a session, in their order: by `seq`; what has none stands among them, or by itself, by its time. */
export function readSteps(sqlite: Database, shape: HeadShape, sessionId: string | null): Step[] {
  const [counted, timed] = [true, false].map((isCounted) =>
    shape.timeline
      .filter((table) => isCountedBy(table) === isCounted)
      .flatMap((table) => readTable(sqlite, table, sessionId)),
  ) as [PlacedStep[], PlacedStep[]];
  counted.sort((a, b) => Number(a.key) - Number(b.key));
  timed.sort((a, b) => timeOf(a) - timeOf(b));
  const steps: Step[] = [];
  let next = 0;
  for (const { step } of counted) {
    while (timed[next] && step.startedAtMs !== null && timeOf(timed[next] as PlacedStep) < step.startedAtMs) {
      steps.push((timed[next++] as PlacedStep).step);
    }
    steps.push(step);
  }
  return [...steps, ...timed.slice(next).map(({ step }) => step)];
}

function isCountedBy({ key }: TimelineTable): boolean {
  return key.toLowerCase() === 'seq';
}

/** What has no time comes last. */
function timeOf({ step }: PlacedStep): number {
  return step.startedAtMs ?? Number.POSITIVE_INFINITY;
}

interface PlacedStep {
  readonly key: string | number;
  readonly step: Step;
}

type StepColumns = Readonly<Record<string, string | number | null>> & {
  readonly key: string | number;
  readonly sizeBytes: number;
};

function readTable(sqlite: Database, table: TimelineTable, sessionId: string | null): PlacedStep[] {
  const where = sessionId === null ? '' : `WHERE ${quoteIdentifier(table.sessionId)} = ?`;
  const sql = `SELECT ${stepColumns(table)} FROM ${quoteIdentifier(table.name)} ${where} ORDER BY 1`;
  const rows = sqlite.prepare<string[], StepColumns>(sql).all(...(sessionId === null ? [] : [sessionId]));
  return rows.map((row) => ({ key: row.key, step: toStep(table, row) }));
}

function stepColumns({ key, columns, roles, parents, kind }: TimelineTable): string {
  const column = (role: StepRole) => (roles[role] ? quoteIdentifier(roles[role]) : 'NULL');
  const short = (role: StepRole, length: number) => `substr(CAST(${column(role)} AS TEXT), 1, ${length})`;
  const texts = columns.filter(({ type }) => /TEXT|CHAR|CLOB|BLOB|^$/i.test(type));
  const sizes = texts.map(({ name }) => `ifnull(length(${quoteIdentifier(name)}), 0)`);
  const has = (name: string) => columns.some((it) => it.name === name);
  const model = ['response_model', 'request_model'].filter(has).map(quoteIdentifier);
  const label =
    kind === 'model' && model.length > 0
      ? `coalesce(${[...model, "'model call'"].join(', ')})`
      : short('label', 200);
  return [
    `${quoteIdentifier(key)} AS "key"`,
    `${label} AS label`,
    `${short('preview', kind === 'message' ? partsLimit : 400)} AS preview`,
    `${column('status')} AS status`,
    `${column('startedAt')} AS startedAt`,
    `${column('durationMs')} AS durationMs`,
    `${short('errorMessage', 400)} AS errorMessage`,
    `${column('errorType')} AS errorType`,
    `${column('attempt')} AS attempt`,
    `${column('inputTokens')} AS inputTokens`,
    `${column('outputTokens')} AS outputTokens`,
    `${column('costUsd')} AS costUsd`,
    `${column('callId')} AS callId`,
    `${sizes.length > 0 ? sizes.join(' + ') : '0'} AS sizeBytes`,
    ...parents.map(({ column: name }, at) => `${quoteIdentifier(name)} AS parent${at}`),
  ].join(', ');
}

function toStep(table: TimelineTable, row: StepColumns): Step {
  const status = asText(row.status);
  const error = [asText(row.errorType), asText(row.errorMessage)].filter((it) => it !== null).join(': ');
  const input = asNumber(row.inputTokens);
  const output = asNumber(row.outputTokens);
  const preview = asText(row.preview) ?? '';
  return {
    id: stepId(table.name, row.key),
    kind: table.kind,
    label: asText(row.label) ?? table.name,
    preview: (table.kind === 'message' ? describeParts(preview) : preview).slice(0, previewLength),
    sizeBytes: row.sizeBytes,
    state: stepState(status, error !== ''),
    status,
    error: error === '' ? null : error,
    startedAtMs: toMs(row.startedAt),
    durationMs: asNumber(row.durationMs),
    attempt: asNumber(row.attempt),
    tokens: input === null && output === null ? null : (input ?? 0) + (output ?? 0),
    costUsd: asNumber(row.costUsd),
    parent: parentOf(table, row),
    callId: asText(row.callId),
  };
}

function parentOf({ parents }: TimelineTable, row: StepColumns): string | null {
  for (const [at, { table }] of parents.entries()) {
    const key = row[`parent${at}`];
    if (key !== null && key !== undefined) return stepId(table, key);
  }
  return null;
}

export function stepId(table: string, key: string | number): string {
  return `${table}:${key}`;
}

function asText(value: string | number | null | undefined): string | null {
  return value === null || value === undefined || value === '' ? null : String(value);
}

function asNumber(value: string | number | null | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
