import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTestFolder } from '@varve/testing';
import Database from 'better-sqlite3';
import { addUp, type LogKit, msAt, type Totals } from './kit.ts';

type Json = Readonly<Record<string, unknown>>;

interface Message {
  readonly info: Json;
  readonly parts: readonly Json[];
  readonly adds?: Partial<Totals>;
}

const info = (n: number, role: string, more: object = {}) => ({
  id: `msg_${n}`,
  sessionID: `ses_${n % 2}`,
  role,
  time: { created: msAt(n), completed: msAt(n) + 5 },
  ...more,
});
const tokens = (n: number) => ({ input: n, output: 2, reasoning: 1, cache: { read: 10 * n, write: 3 } });
const used = (n: number) => ({ input: 11 * n + 3, output: 3, reasoning: 1, cached: 10 * n, usd: n / 4 });
const answered = (n: number, more: object = {}) =>
  info(n, 'assistant', { providerID: 'x', modelID: 'm', tokens: tokens(n), cost: n / 4, ...more });
const tool = (callID: string, name: string, state: object) => ({ type: 'tool', callID, tool: name, state });
const done = (n: number, more: object = {}) => ({
  status: 'completed',
  input: { command: 'ls' },
  output: 'é',
  metadata: {},
  time: { start: msAt(n), end: msAt(n) + 4 },
  ...more,
});
const step = (n: number) => ({ type: 'step-finish', reason: 'stop', tokens: tokens(n), cost: n / 4 });

const makers: Readonly<Record<string, (n: number) => Message>> = {
  ask: (n) => ({ info: info(n, 'user'), parts: [{ type: 'text', text: `ask ${n}` }] }),
  answer: (n) => ({
    info: answered(n),
    parts: [{ type: 'step-start' }, { type: 'reasoning', text: 'hm' }, { type: 'text', text: 'hi' }, step(n)],
    adds: used(n),
  }),
  'an answer in steps': (n) => ({
    info: answered(n),
    parts: [tool(`c${n}`, 'bash', done(n)), step(n), { type: 'text', text: 'hi' }, step(n)],
    adds: { ...addUp([used(n), used(n)]), calls: 1 },
  }),
  calls: (n) => ({
    info: answered(n),
    parts: [
      tool(`c${n}`, 'bash', done(n, { metadata: { exit: 2 } })),
      tool(`d${n}`, 'invalid', done(n)),
      tool(`e${n}`, 'edit', { status: 'running', input: {} }),
      tool(`f${n}`, 'read', { status: 'error', error: 'no' }),
    ],
    adds: { ...used(n), calls: 4 },
  }),
  failed: (n) => ({
    info: answered(n, { error: { name: 'ProviderError', data: { message: 'no' } } }),
    parts: [],
    adds: used(n),
  }),
  'an unknown part': (n) => ({ info: info(n, 'user'), parts: [{ type: 'hologram', data: [n] }] }),
};

const sessions = [0, 1].map((n) => ({
  id: `ses_${n}`,
  title: `Session ${n}`,
  version: '1.1.0',
  projectID: 'p',
  time: { created: msAt(0), updated: msAt(9) },
  ...(n === 1 && { parentID: 'ses_0' }),
}));

function makeMessages(moves: readonly string[]) {
  const made = moves.flatMap((move, at) => makers[move]?.(at + 1) ?? []);
  return { made, totals: addUp(made.map(({ adds }) => adds ?? {})) };
}

export const opencodeTreeKit: LogKit = {
  format: 'opencode',
  name: 'opencode tree',
  moves: Object.keys(makers),
  make(moves) {
    const { made, totals } = makeMessages(moves);
    const files: Record<string, string> = {};
    for (const it of sessions) files[`storage/session/p/${it.id}.json`] = JSON.stringify(it);
    for (const { info, parts } of made) {
      files[`storage/message/${info.sessionID}/${info.id}.json`] = JSON.stringify(info);
      for (const [at, part] of parts.entries())
        files[`storage/part/${info.id}/prt_${at}.json`] = JSON.stringify({ id: `prt_${at}`, ...part });
    }
    return { files, totals };
  },
};

/** After the tables that opencode published with 1.2. */
const ddl = `
  CREATE TABLE session (id text PRIMARY KEY, project_id text NOT NULL, parent_id text, title text NOT NULL,
    version text NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL);
  CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL, time_created integer NOT NULL,
    time_updated integer NOT NULL, data text NOT NULL);
  CREATE TABLE part (id text PRIMARY KEY, message_id text NOT NULL, session_id text NOT NULL,
    time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
  CREATE INDEX message_session_idx ON message (session_id);
  CREATE INDEX part_message_idx ON part (message_id);
  CREATE INDEX part_session_idx ON part (session_id);`;

/** The store of opencode's second API, a row a message with all of its content. */
export const opencodeSecondKit: LogKit = {
  format: 'opencode',
  name: 'opencode database, second store',
  moves: Object.keys(makers).filter((move) => move !== 'an answer in steps'),
  make(moves) {
    const { made, totals } = makeMessages(moves);
    const path = join(makeTestFolder(), 'opencode.db');
    const sqlite = new Database(path);
    sqlite.exec(`CREATE TABLE session (id text PRIMARY KEY, title text, time_created integer, time_updated integer);
      CREATE TABLE session_message (id text PRIMARY KEY, session_id text NOT NULL, type text NOT NULL,
        seq integer NOT NULL, time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);`);
    const write = sqlite.prepare('INSERT INTO session_message VALUES (?, ?, ?, ?, ?, ?, ?)');
    sqlite.transaction(() => {
      for (const { id, title } of sessions)
        sqlite.prepare('INSERT INTO session VALUES (?, ?, ?, ?)').run(id, title, msAt(0), msAt(moves.length));
      for (const [at, { info, parts }] of made.entries()) {
        const ms = msAt(at);
        write.run(info.id, info.sessionID, info.role, at, ms, ms, JSON.stringify(secondData(info, parts)));
      }
    })();
    sqlite.close();
    return { files: { 'opencode.db': readFileSync(path) }, totals };
  },
};

function secondData({ tokens, cost, time, role, error }: Json, parts: readonly Json[]): Json {
  if (role === 'user') return { time, text: parts[0]?.text ?? '', parts };
  const content = parts
    .filter(({ type }) => type === 'text' || type === 'reasoning' || type === 'tool')
    .map((part) => {
      if (part.type !== 'tool') return part;
      const { output, ...state } = part.state as Json;
      const told = output === undefined ? {} : { content: [{ type: 'text', text: output }], structured: {} };
      return { type: 'tool', id: part.callID, name: part.tool, state: { ...state, ...told }, time: {} };
    });
  return { tokens, cost, time, error, content, model: { id: 'm', providerID: 'x' }, agent: 'build' };
}

export const opencodeDatabaseKit: LogKit = {
  format: 'opencode',
  name: 'opencode database',
  moves: Object.keys(makers),
  make(moves) {
    const { made, totals } = makeMessages(moves);
    const path = join(makeTestFolder(), 'opencode.db');
    const sqlite = new Database(path);
    sqlite.exec(ddl);
    const insert = (table: string, ...values: unknown[]) =>
      sqlite.prepare(`INSERT INTO ${table} VALUES (${values.map(() => '?').join(', ')})`).run(...values);
    sqlite.transaction(() => {
      for (const it of sessions)
        insert('session', it.id, 'p', it.parentID ?? null, it.title, '1.2.0', msAt(0), msAt(moves.length));
      for (const { info, parts } of made) {
        const { id, sessionID, ...data } = info;
        const ms = (data.time as { created: number }).created;
        insert('message', id, sessionID, ms, ms, JSON.stringify(data));
        for (const [at, part] of parts.entries())
          insert('part', `prt_${id}_${at}`, id, sessionID, ms, ms, JSON.stringify(part));
      }
    })();
    sqlite.close();
    return { files: { 'opencode.db': readFileSync(path) }, totals };
  },
};
