import type { BlobCell, Cell, RowDetail, RowValues, SessionDetail } from '../../../src/api/session-detail.ts';
import { parseJson } from './parse-json.ts';
import type { SessionApi } from './session-api.ts';

type Values = Readonly<Record<string, unknown>>;

/** The session's row and all its steps, JSON columns as JSON. */
export async function renderJson(detail: SessionDetail, api: SessionApi): Promise<string> {
  const read = valuesReader(detail);
  const steps = (await api.all()).map(({ table, values }) => ({ table, ...read(table, values) }));
  return JSON.stringify({ session: detail.session && read('sessions', detail.session), steps }, null, 2);
}

/** A trajectory as Harbor's ATIF has it. Source: https://www.harborframework.com/docs/agents/trajectory-format */
export async function renderAtif(detail: SessionDetail, api: SessionApi): Promise<string> {
  const read = valuesReader(detail);
  const rows = (await api.all()).map(({ table, values }) => ({ table, values: read(table, values) }));
  const session: Values = detail.session ? read('sessions', detail.session) : {};
  const steps = rows
    .flatMap((row) => toAtifStep(row, rows))
    .map((step, at) => ({ step_id: at + 1, ...step }));
  const agent = {
    name: String(session.agent_name ?? 'agent'),
    version: String(session.agent_version ?? 'unknown'),
    ...(session.request_model ? { model_name: session.request_model } : {}),
  };
  return JSON.stringify({ schema_version: 'ATIF-v1.5', session_id: detail.sessionId, agent, steps }, null, 2);
}

interface Row {
  readonly table: string;
  readonly values: Values;
}

function toAtifStep({ table, values }: Row, rows: readonly Row[]): Values[] {
  const timestamp = timeOf(values);
  if (table === 'messages' && (values.role === 'user' || values.role === 'system')) {
    return [{ ...timestamp, source: values.role, message: textOf(values.parts, 'text') }];
  }
  const isTurn = table === 'model_calls' || (table === 'decisions' && values.model_call_seq == null);
  if (!isTurn)
    return table === 'outputs' ? [{ ...timestamp, source: 'agent', message: asText(values.content) }] : [];
  const calls = rows.filter(
    (row) => row.table === 'tool_calls' && belongsTo(row.values, table, values.seq, rows),
  );
  const said = rows.filter(
    (row) => row.table === 'messages' && row.values.model_call_seq === values.seq && table === 'model_calls',
  );
  const reasoning = said.map((row) => textOf(row.values.parts, 'reasoning')).join('\n');
  const message = said.map((row) => textOf(row.values.parts, 'text')).join('\n');
  return [
    {
      ...timestamp,
      source: 'agent',
      message:
        table === 'decisions' ? [values.summary, values.rationale].filter(Boolean).join('\n') : message,
      ...(reasoning && { reasoning_content: reasoning }),
      ...(calls.length > 0 && {
        tool_calls: calls.map(toAtifCall),
        observation: { results: calls.map(toAtifResult) },
      }),
      ...metricsOf(values),
    },
  ];
}

function belongsTo(call: Values, table: string, seq: unknown, rows: readonly Row[]): boolean {
  const column = table === 'model_calls' ? 'model_call_seq' : 'decision_seq';
  if (call[column] != null) return call[column] === seq;
  const decision = rows.find((row) => row.table === 'decisions' && row.values.seq === call.decision_seq);
  return table === 'model_calls' && decision?.values.model_call_seq === seq && call.decision_seq != null;
}

function toAtifCall({ values }: Row): Values {
  return { tool_call_id: callId(values), function_name: values.tool_name, arguments: values.arguments ?? {} };
}

function toAtifResult({ values }: Row): Values {
  return { source_call_id: callId(values), content: asText(values.result ?? values.error_message) };
}

function callId({ tool_call_id, seq }: Values): string {
  return String(tool_call_id ?? `call_${seq}`);
}

function metricsOf({ input_tokens, output_tokens, cost_usd }: Values): Values {
  if (input_tokens == null && output_tokens == null && cost_usd == null) return {};
  return {
    metrics: {
      ...(input_tokens != null && { prompt_tokens: input_tokens }),
      ...(output_tokens != null && { completion_tokens: output_tokens }),
      ...(cost_usd != null && { cost_usd }),
    },
  };
}

function timeOf(values: Values): Values {
  const ms = values.started_at_ms ?? values.created_at_ms ?? values.decided_at_ms;
  return typeof ms === 'number' ? { timestamp: new Date(ms).toISOString() } : {};
}

function textOf(parts: unknown, type: string): string {
  if (!Array.isArray(parts)) return '';
  return parts
    .filter((part) => part?.type === type)
    .map((part) => asText(part.content))
    .join('\n');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value);
}

/** A test that records the same session again, to go on from. */
export async function renderTest(detail: SessionDetail, api: SessionApi): Promise<string> {
  const rows = await Promise.all((await api.all()).map((row) => withBytes(row, api)));
  const read = valuesReader(detail);
  const session = inCode(read('sessions', detail.session ?? {}), ['id', 'status', 'ended_at_ms']);
  const records = rows.map(
    ({ table, values }) =>
      `  session.record(tables.${camel(table)}, ${inCode(read(table, values), ['seq', 'session_id'])});`,
  );
  return `import { standardLineage as lineage } from '@varve/migrations';
import { createTestSession } from '@varve/testing';
import { expect, it } from 'vitest';

const { tables } = lineage;

it('goes on from session ${String(detail.sessionId).replaceAll(/[^\w.-]/g, '')}', () => {
  const session = createTestSession({ lineage, session: ${session} });
${records.join('\n')}
  expect(session.db.select().from(tables.toolCalls).all()).toHaveLength(${rows.filter(({ table }) => table === 'tool_calls').length});
});
`;
}

async function withBytes(row: RowDetail, api: SessionApi): Promise<RowDetail> {
  const cells = Object.entries(row.values).map(async ([name, cell]): Promise<[string, Cell]> => {
    const address = isBlob(cell) ? api.bytesAddress(row.id, name, true) : undefined;
    if (!isBlob(cell) || address === undefined) return [name, cell];
    const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
    const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    return [name, { blob: { ...cell.blob, base64 } }];
  });
  return { ...row, values: Object.fromEntries(await Promise.all(cells)) };
}

/** Bytes as a `Buffer`, all else as JSON. */
function inCode(values: Values, without: readonly string[]): string {
  const entries = Object.entries(values).filter(([name, value]) => value !== null && !without.includes(name));
  return `{ ${entries.map(([name, value]) => `${JSON.stringify(camel(name))}: ${valueInCode(value)}`).join(', ')} }`;
}

function valueInCode(value: unknown): string {
  return isBlob(value)
    ? `Buffer.from('${value.blob.base64 ?? ''}', 'base64')`
    : JSON.stringify(value).replaceAll('"__proto__":', '["__proto__"]:');
}

function isBlob(value: unknown): value is BlobCell {
  return typeof value === 'object' && value !== null && 'blob' in value && typeof value.blob === 'object';
}

function camel(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Reads cells as what they stand for: as the lineage tells it or, where none does, JSON where it looks like it. */
function valuesReader({ encodedColumns }: SessionDetail): (table: string, values: RowValues) => Values {
  return (table, values) => {
    const entries = Object.entries(values).map(([name, cell]) => {
      if (!encodedColumns) return [name, typeof cell === 'string' ? (parseJson(cell)?.value ?? cell) : cell];
      return [name, readCell(cell, encodedColumns[`${table}.${name}`])];
    });
    return Object.fromEntries(entries);
  };
}

function readCell(cell: Cell, kind: 'json' | 'boolean' | undefined): unknown {
  if (kind === 'boolean') return cell === null ? null : cell !== 0;
  if (kind !== 'json' || typeof cell !== 'string') return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}
