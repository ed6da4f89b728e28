import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { exchangeOf, without } from './chat-exchange.ts';
import { chatUsage } from './chat-parts.ts';
import { writeChatMessage } from './chat-shapes.ts';
import { ChatWriter } from './chat-writer.ts';
import type { ChatField, FormatOptions, LogFormat, LogMapper, LogRecord, MapContext } from './contract.ts';
import { firstRecordOf } from './first-record.ts';
import { isObject, type JsonObject, objectOf, parsedOrText, restOf, textOf, timeOf } from './json-access.ts';
import { isConversation, isResponseItem, messagesOfItems } from './response-items.ts';
import { varveFacts } from './varve-facts.ts';

/** Where published sets keep what, unless they are said to keep it elsewhere. */
const usual: Readonly<Record<ChatField, readonly string[]>> = {
  messages: [
    'messages',
    'conversations',
    'conversation',
    'trajectory',
    'traj',
    'history',
    'dialogue',
    'request.messages',
    'body.messages',
    'items',
    'input',
  ],
  id: ['session_id', 'trajectory_id', 'traj_id', 'conversation_id', 'instance_id', 'uuid', 'id', 'custom_id'],
  model: [
    ...['model', 'model_name', 'generator_model', 'metadata.model', 'response.model', 'response.body.model'],
    ...['request.model', 'body.model'],
  ],
  agent: ['agent', 'agent_name', 'scaffold', 'source'],
  title: ['title'],
  time: ['created_at', 'timestamp', 'created', 'time'],
};

/** JSON lines, or an array, of records with a list of messages: most published sets of trajectories. */
export const openaiChat: LogFormat = {
  name: 'openai-chat',
  isManifold: true,
  recognise: ({ values }, { fields = {} }) =>
    values.some((value) => conversationOf(value, fields) !== undefined),
  identify: (sample) => ({ kin: [firstRecordOf(sample)], rank: 0 }),
  stampBeside: (_path, options) => fieldsAsked(options),
  open: (context, saved) => new ChatMapper(context, saved as SavedChat | undefined),
};

/** A set that is read by other fields gives other sessions. */
function fieldsAsked({ fields }: FormatOptions): string | undefined {
  return fields && JSON.stringify(fields);
}

interface SavedChat {
  readonly ids: ReadonlyMap<string, number>;
  readonly count: number;
}

/** Beyond so many, a set is read whole when it has grown. */
const mostIds = 400_000;

class ChatMapper implements LogMapper {
  readonly #context: MapContext;
  readonly #ids: Map<string, number>;
  #count: number;

  constructor(context: MapContext, saved?: SavedChat) {
    this.#context = context;
    this.#ids = new Map(saved?.ids);
    this.#count = saved?.count ?? 0;
  }

  save(): SavedChat | undefined {
    return this.#ids.size > mostIds ? undefined : { ids: this.#ids, count: this.#count };
  }

  map({ value, bytes }: LogRecord): string | undefined {
    this.#count++;
    const { fields = {} } = this.#context.options;
    const conversation = conversationOf(value, fields);
    if (!conversation) return 'without messages';
    const record = objectOf(value);
    const session = this.#context.session(this.#idOf(record));
    const find = (field: ChatField) => findField(record, field, fields);
    const startedAtMs = timeOf(find('time')) ?? Math.round(this.#context.mtimeMs);
    const model = textOf(find('model'));
    session.describe({
      agentName: textOf(find('agent')) ?? 'openai-chat',
      requestModel: model ?? null,
      title: textOf(find('title')) ?? null,
      startedAtMs,
      metadata: restOf(conversation.rest, nothing) ?? {},
    });
    const facts = varveFacts(record.metadata);
    const chat = new ChatWriter(session, facts.calls);
    for (const message of conversation.messages) {
      const atMs = timeOf(message.timestamp) ?? timeOf(message.created_at) ?? startedAtMs;
      writeChatMessage(chat, message, {
        atMs,
        model: textOf(message.model) ?? model,
        usage: chatUsage(objectOf(message.usage)),
        responseId: textOf(message.response_id),
        finishReason: textOf(message.finish_reason),
      });
    }
    session.describe({ status: chat.hasOpenCalls() ? 'interrupted' : 'completed', ...facts.session });
    const whole = bytes ?? Buffer.from(JSON.stringify(value));
    const hash = createHash('sha256')
      .update(whole)
      .update(fieldsAsked(this.#context.options) ?? '');
    this.#context.close(session, {
      hash: hash.digest('hex'),
      sizeBytes: whole.length,
      lastRecordKey: `record ${this.#count}`,
    });
    return undefined;
  }

  /** An id that comes again is told apart by how often it has come. */
  #idOf(record: JsonObject): string {
    const found = findField(record, 'id', this.#context.options.fields ?? {});
    const stem = basename(this.#context.path).replace(/\.jsonl?$/, '');
    if (typeof found !== 'string' && typeof found !== 'number') return `${stem}-${this.#count}`;
    const id = typeof found === 'number' ? `${stem}-${found}` : found;
    const times = (this.#ids.get(id) ?? 0) + 1;
    this.#ids.set(id, times);
    return times === 1 ? id : `${id}-${times}`;
  }
}

type Fields = NonNullable<FormatOptions['fields']>;

interface Conversation {
  readonly messages: readonly JsonObject[];
  /** What the record has beside them. */
  readonly rest: JsonObject;
}

function conversationOf(value: unknown, fields: Fields): Conversation | undefined {
  const record = objectOf(value);
  const exchange = fields.messages === undefined ? exchangeOf(record) : undefined;
  if (exchange) return exchange;
  const path = pathOf(record, 'messages', fields);
  const list = Array.isArray(value) ? value : parsedOrText(path && valueAt(record, path));
  if (!isConversation(list)) return undefined;
  const messages = list.some(isResponseItem) ? messagesOfItems(list) : list;
  return { messages, rest: path === undefined ? record : without(record, path.split('.')) };
}

const nothing: ReadonlySet<string> = new Set();

function findField(record: JsonObject, field: ChatField, fields: Fields): unknown {
  const path = pathOf(record, field, fields);
  return path === undefined ? undefined : valueAt(record, path);
}

/** The first of its paths at which there is something. */
function pathOf(record: JsonObject, field: ChatField, fields: Fields): string | undefined {
  const paths = fields[field] === undefined ? usual[field] : [fields[field]];
  return paths.find((path) => (valueAt(record, path) ?? null) !== null);
}

function valueAt(record: JsonObject, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (at, key) => (isObject(at) ? at[key] : Array.isArray(at) ? at[Number(key)] : undefined),
      record,
    );
}
