import type { HeldRow, SessionWriter } from '../archive/index.ts';
import type { Usage } from './claude-usage.ts';
import {
  countOf,
  isObject,
  type JsonObject,
  jsonText,
  numberOf,
  objectOf,
  textOf,
  timeOf,
} from './json-access.ts';

/** One a step, or one for the message where steps are not logged; an answer that failed has none. */
export function writeModelCalls(
  session: SessionWriter,
  info: JsonObject,
  steps: readonly JsonObject[],
  atMs: number,
): HeldRow[] {
  const error = isObject(info.error) ? info.error : undefined;
  const completedMs = timeOf(objectOf(info.time).completed);
  const { tokens, cost } = info;
  const usages = steps.length > 1 ? steps : [{ tokens, cost, ...steps[0] }];
  return usages.map((step, at) => {
    const isLast = at === usages.length - 1;
    const model = objectOf(info.model);
    const status = error && isLast ? (String(error.name).includes('Aborted') ? 'cancelled' : 'error') : 'ok';
    const held = session.modelCall({
      providerName: textOf(info.providerID) ?? textOf(model.providerID) ?? null,
      responseModel: textOf(info.modelID) ?? textOf(model.modelID) ?? null,
      status,
      ...(status !== 'ok' && {
        errorType: textOf(error?.name) ?? 'error',
        errorMessage: textOf(objectOf(error?.data).message) ?? textOf(error?.message) ?? null,
      }),
      startedAtMs: atMs,
      ...(completedMs !== undefined &&
        usages.length === 1 && { durationMs: Math.max(0, completedMs - atMs) }),
      ...opencodeUsage(step),
      finishReasons: jsonText(
        textOf(step.reason) ? [step.reason] : textOf(info.finish) ? [info.finish] : undefined,
      ),
    });
    session.settle(held);
    if (session.fact('requestModel') === undefined)
      session.describe({
        requestModel: textOf(info.modelID) ?? null,
        providerName: textOf(info.providerID) ?? null,
      });
    return held;
  });
}

/** Opencode counts the cache's tokens beside the input, and reasoning beside the output. */
function opencodeUsage({ tokens, cost }: JsonObject): Usage {
  const { input, output, reasoning, cache } = objectOf(tokens);
  const [read, created] = [countOf(objectOf(cache).read), countOf(objectOf(cache).write)];
  const [fresh, said, thought, costUsd] = [
    countOf(input),
    countOf(output),
    countOf(reasoning),
    numberOf(cost),
  ];
  return {
    ...(fresh !== undefined && { inputTokens: fresh + (read ?? 0) + (created ?? 0) }),
    ...(said !== undefined && { outputTokens: said + (thought ?? 0) }),
    ...(read !== undefined && { cacheReadInputTokens: read }),
    ...(created !== undefined && { cacheCreationInputTokens: created }),
    ...(thought !== undefined && { reasoningOutputTokens: thought }),
    ...(costUsd !== undefined && { costUsd }),
  };
}
