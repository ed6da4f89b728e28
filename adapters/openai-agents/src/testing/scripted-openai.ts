import OpenAI from 'openai';

export type Answer = Readonly<Record<string, unknown>> | Error;

/** The real client of OpenAI, whose requests are answered from a script. */
export function scriptedOpenAi(...answers: readonly Answer[]): OpenAI {
  let at = 0;
  const fetch = async () => {
    const answer = answers[at++] ?? new Error('the script has no more answers');
    const status = answer instanceof Error ? 500 : 200;
    const body = answer instanceof Error ? { error: { message: answer.message } } : answer;
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
  };
  return new OpenAI({ apiKey: 'none', maxRetries: 0, fetch });
}

/** The real client of OpenAI, whose next answer is a stream. */
export function streamingOpenAi(answer: Answer): OpenAI {
  const events = [
    { type: 'response.created', response: { ...answer, status: 'in_progress', output: [] } },
    { type: 'response.completed', response: answer },
  ];
  const text = events
    .map((it, at) => `event: ${it.type}\ndata: ${JSON.stringify({ ...it, sequence_number: at })}\n\n`)
    .join('');
  const fetch = async () => new Response(text, { headers: { 'content-type': 'text/event-stream' } });
  return new OpenAI({ apiKey: 'none', maxRetries: 0, fetch });
}

/** An answer of the Responses API. */
export function response(...output: readonly object[]): Answer {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'gpt-5-2026',
    status: 'completed',
    output,
    instructions: 'be brief',
    temperature: 0,
    tools: [{ type: 'function', name: 'weather' }],
    usage: {
      input_tokens: 10,
      output_tokens: 5,
      total_tokens: 15,
      input_tokens_details: { cached_tokens: 3 },
      output_tokens_details: { reasoning_tokens: 2 },
    },
  };
}

export function says(text: string) {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return { type: 'message', id: `msg_${text}`, role: 'assistant', status: 'completed', content };
}

export function calls(call_id: string, name: string, given: object) {
  const item = { call_id, name, arguments: JSON.stringify(given), status: 'completed' };
  return { type: 'function_call', id: `fc_${call_id}`, ...item };
}
