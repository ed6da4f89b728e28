/** A row of this table names one row of the other, by `from` here and `to` there. */
export type OneLink = {
  readonly one: string;
  readonly from: string;
  readonly to: string;
  readonly always: boolean;
};

/** Rows of the other table name a row of this one, by the link that leads back here. */
type ManyLink = { readonly many: string };

export type Link = OneLink | ManyLink;

export type Links = Readonly<Record<string, Readonly<Record<string, Link>>>>;

const session = { one: 'sessions', from: 'sessionId', to: 'id', always: true } as const;
const modelCall = { one: 'modelCalls', from: 'modelCallSeq', to: 'seq', always: false } as const;

/** Which standard table leads to which, by the keys of `standardTables`: what both majors' relations are made of. */
export const standardLinks = {
  sessions: {
    messages: { many: 'messages' },
    modelCalls: { many: 'modelCalls' },
    decisions: { many: 'decisions' },
    toolCalls: { many: 'toolCalls' },
    intermediateResults: { many: 'intermediateResults' },
    outputs: { many: 'outputs' },
    sources: { many: 'sources' },
  },
  messages: { session, modelCall },
  modelCalls: {
    session,
    messages: { many: 'messages' },
    decisions: { many: 'decisions' },
    toolCalls: { many: 'toolCalls' },
  },
  decisions: { session, modelCall, toolCalls: { many: 'toolCalls' } },
  toolCalls: {
    session,
    modelCall,
    decision: { one: 'decisions', from: 'decisionSeq', to: 'seq', always: false },
    intermediateResults: { many: 'intermediateResults' },
  },
  intermediateResults: {
    session,
    toolCall: { one: 'toolCalls', from: 'toolCallSeq', to: 'seq', always: false },
  },
  outputs: { session },
  sources: { session },
} as const satisfies Links;
