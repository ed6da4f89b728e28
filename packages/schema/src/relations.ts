import { relations } from 'drizzle-orm';
import { decisions } from './decisions.ts';
import { intermediateResults } from './intermediate-results.ts';
import { outputs } from './outputs.ts';
import { sessions } from './sessions.ts';
import { toolCalls } from './tool-calls.ts';

export const sessionsRelations = relations(sessions, ({ many }) => ({
  decisions: many(decisions),
  toolCalls: many(toolCalls),
  intermediateResults: many(intermediateResults),
  outputs: many(outputs),
}));

export const decisionsRelations = relations(decisions, ({ one, many }) => ({
  session: one(sessions, { fields: [decisions.sessionId], references: [sessions.id] }),
  toolCalls: many(toolCalls),
}));

export const toolCallsRelations = relations(toolCalls, ({ one, many }) => ({
  session: one(sessions, { fields: [toolCalls.sessionId], references: [sessions.id] }),
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
