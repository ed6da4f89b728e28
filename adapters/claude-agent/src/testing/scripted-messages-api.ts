import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Block = { readonly type: string; readonly [key: string]: unknown };

export interface MessagesRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string | readonly Block[] }[];
  readonly tools?: readonly unknown[];
}

const usage = {
  input_tokens: 12,
  output_tokens: 1,
  cache_read_input_tokens: 3,
  cache_creation_input_tokens: 4,
};

/** Answers requests to the Messages API from a script, as streams. Returns its address. */
export async function serveMessages(answer: (request: MessagesRequest) => readonly Block[]): Promise<string> {
  let count = 0;
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join('');
    if (!request.url?.startsWith('/v1/messages')) return response.writeHead(404).end('{}');
    count += 1;
    const body = JSON.parse(text) as MessagesRequest;
    const message = { id: `msg_${count}`, type: 'message', role: 'assistant', model: body.model };
    const head = { ...message, content: [], stop_reason: null, stop_sequence: null, usage };
    return stream(response, head, answer(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function stream(response: ServerResponse, message: object, blocks: readonly Block[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (type: string, data: object) =>
    response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  send('message_start', { message });
  for (const [index, block] of blocks.entries()) {
    const isText = block.type === 'text';
    send('content_block_start', {
      index,
      content_block: { ...block, ...(isText ? { text: '' } : { input: {} }) },
    });
    const delta = isText
      ? { type: 'text_delta', text: block.text }
      : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    send('content_block_delta', { index, delta });
    send('content_block_stop', { index });
  }
  const stop_reason = blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
  send('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 7 } });
  send('message_stop', {});
  response.end();
}
