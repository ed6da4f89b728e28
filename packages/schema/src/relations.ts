import { relations } from 'drizzle-orm';
import { decisions } from './decisions.ts';
import { intermediateResults } from './intermediate-results.ts';
import { messages } from './messages.ts';
import { modelCalls } from './model-calls.ts';
import { outputs } from './outputs.ts';
import { sessions } from './sessions.ts';
import { sources } from './sources.ts';
import { toolCalls } from './tool-calls.ts';

export const sessionsRelations = relations(sessions, ({ many }) => ({
  messages: many(messages),
  modelCalls: many(modelCalls),
  decisions: many(decisions),
  toolCalls: many(toolCalls),
  intermediateResults: many(intermediateResults),
  outputs: many(outputs),
  sources: many(sources),
}));

export const messagesRelations = relations(messages, ({ one }) => ({
  session: one(sessions, { fields: [messages.sessionId], references: [sessions.id] }),
  modelCall: one(modelCalls, { fields: [messages.modelCallSeq], references: [modelCalls.seq] }),
}));

export const modelCallsRelations = relations(modelCalls, ({ one, many }) => ({
  session: one(sessions, { fields: [modelCalls.sessionId], references: [sessions.id] }),
  messages: many(messages),
  decisions: many(decisions),
  toolCalls: many(toolCalls),
}));

export const decisionsRelations = relations(decisions, ({ one, many }) => ({
  session: one(sessions, { fields: [decisions.sessionId], references: [sessions.id] }),
  modelCall: one(modelCalls, { fields: [decisions.modelCallSeq], references: [modelCalls.seq] }),
  toolCalls: many(toolCalls),
}));

export const toolCallsRelations = relations(toolCalls, ({ one, many }) => ({
  session: one(sessions, { fields: [toolCalls.sessionId], references: [sessions.id] }),
  modelCall: one(modelCalls, { fields: [toolCalls.modelCallSeq], references: [modelCalls.seq] }),
  decision: one(decisions, { fields: [toolCalls.decisionSeq], references: [decisions.seq] }),
  intermediateResults: many(intermediateResults),
}));

export const intermediateResultsRelations = relations(intermediateResults, ({ one }) => ({
  session: one(sessions, { fields: [intermediateResults.sessionId], references: [sessions.id] }),
  toolCall: one(toolCalls, { fields: [intermediateResults.toolCallSeq], references: [toolCalls.seq] }),
}));

export const outputsRelations = relations(outputs, ({ one }) => ({
  session: one(sessions, { fields: [outputs.sessionId], references: [sessions.id] }),
}));

export const sourcesRelations = relations(sources, ({ one }) => ({
  session: one(sessions, { fields: [sources.sessionId], references: [sessions.id] }),
}));
