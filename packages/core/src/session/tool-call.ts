import type { TableModule } from '@varve/migrations';
import { VarveError } from '@varve/schema';
import { getTableColumns, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type Row, rowEncoderOf } from '../row/row-encoder.ts';
import type { RecordValues } from '../row/table-types.ts';

/** The columns of a tool call that `session.callTool` fills. */
type MeasuredKey = 'result' | 'status' | 'errorType' | 'errorMessage' | 'startedAtMs' | 'durationMs';

/** What the caller knows about a tool call: the row of the lineage's `toolCalls` table, without what is measured. */
export type ToolCallOptions<TTables extends TableModule> = TTables extends {
  toolCalls: infer TTable extends SQLiteTable;
}
  ? Omit<RecordValues<TTable>, MeasuredKey>
  : Row;

export interface CallOutcome<TResult> {
  /** The key of the recorded call. */
  readonly seq: number;
  readonly result: TResult;
}

export type RecordRow = (table: SQLiteTable, row: Row) => unknown;

/** See `Session.callTool`. */
export async function callTool<TResult>(
  record: RecordRow,
  tables: TableModule,
  call: Row,
  run: () => TResult | Promise<TResult>,
): Promise<CallOutcome<TResult>> {
  const table = toolCallTable(tables);
  const known = snapshot(table, call);
  const startedAtMs = Date.now();
  const startedMs = performance.now();
  const measured = () => ({ ...known, startedAtMs, durationMs: performance.now() - startedMs });
  const recordFailure = (error: unknown): never => {
    recordOutcome(record, table, { ...measured(), status: 'error', ...describeError(error) }, error);
    throw error;
  };
  const result = await (async () => run())().catch(recordFailure);
  const outcome = { ...measured(), status: 'ok', result: result ?? null };
  try {
    return { seq: recordOutcome(record, table, outcome) as number, result };
  } catch (error) {
    if (!isRefusedResult(error)) throw error;
    return recordFailure(error);
  }
}

/** Refuses a call that could not be recorded before the tool runs, and keeps the arguments as they are now. */
function snapshot(table: SQLiteTable, call: Row): Row {
  const known = { ...call, arguments: structuredClone(call.arguments) };
  rowEncoderOf(table).encode(withoutUnknown(table, { ...known, status: 'ok' }), { seq: 0, sessionId: '' });
  return known;
}

function toolCallTable(tables: TableModule): SQLiteTable {
  const { toolCalls } = tables;
  if (is(toolCalls, SQLiteTable)) return toolCalls;
  throw new VarveError('TABLE_UNKNOWN', 'the lineage has no table toolCalls', {
    hint: 'export toolCalls from the schema module, as @varve/schema does',
  });
}

function recordOutcome(record: RecordRow, table: SQLiteTable, outcome: Row, toolError?: unknown): unknown {
  try {
    return record(table, withoutUnknown(table, outcome));
  } catch (error) {
    if (error instanceof Error) error.cause ??= toolError;
    throw error;
  }
}

/** A team's own table of tool calls need not have every column that is measured. */
function withoutUnknown(table: SQLiteTable, row: Row): Row {
  const columns = getTableColumns(table);
  const isKept = ([key, value]: [string, unknown]) =>
    value !== undefined && (key in columns || !measuredKeys.has(key));
  return Object.fromEntries(Object.entries(row).filter(isKept));
}

const measuredKeys: ReadonlySet<string> = new Set<MeasuredKey>([
  'result',
  'status',
  'errorType',
  'errorMessage',
  'startedAtMs',
  'durationMs',
]);

function isRefusedResult(error: unknown): error is VarveError {
  return error instanceof VarveError && error.code === 'ROW_INVALID' && error.details.column === 'result';
}

/** OpenTelemetry's `error.type`: the error's own code where it has one, else its class. */
function describeError(error: unknown): Row {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { errorType: code, errorMessage: error.message };
}
