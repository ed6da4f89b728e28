import type { Session } from '@varve/core';
import { eq } from 'drizzle-orm';
import { attempt } from './attempt.ts';
import { type CallTool, type Evidence, type Problem, problemsOfFacts } from './checks.ts';
import { judgeProblems, type Verdict } from './judge-problems.ts';
import { planChecks } from './plan-checks.ts';
import * as schema from './schema.ts';
import { detectLicence } from './tools/detect-licence.ts';

type AuditSession = Session<typeof schema>;

const { decisions, findings, intermediateResults, licences, outputs, verdicts } = schema;

/**
 * The second half of an audit, whoever began it: decides which checks apply, makes them, records findings, a verdict
 * and the output. Undefined when there is no package to judge.
 */
export async function judgePackage(session: AuditSession): Promise<Verdict | undefined> {
  const evidence = readEvidence(session);
  if (!evidence) return undefined;
  const { seq: packageSeq, sessionId } = evidence.audited;
  const problems = await findProblems(session, evidence);
  for (const problem of problems) session.record(findings, { packageSeq, ...problem });
  const { verdict, score, reasons } = judgeProblems(problems);
  session.record(verdicts, { sessionId, verdict, score, reasons });
  session.record(outputs, { kind: 'audit', isFinal: true, content: { verdict, score, reasons } });
  return verdict;
}

function readEvidence({ db }: AuditSession): Evidence | undefined {
  const audited = db.query.packages.findFirst({ with: { licence: true } }).sync();
  const counts = db.query.intermediateResults
    .findFirst({ where: eq(intermediateResults.name, 'extensions') })
    .sync();
  return audited && { audited, countByExtension: counts?.value as Evidence['countByExtension'] };
}

async function findProblems(session: AuditSession, evidence: Evidence): Promise<Problem[]> {
  const { audited } = evidence;
  const { chosen, skipped, confidence } = planChecks(evidence);
  const decisionSeq = session.record(decisions, {
    summary: `Check the licence, ${chosen.map(({ name }) => name).join(', ')}`,
    rationale: audited.name
      ? 'The manifest says what to expect.'
      : 'Without a manifest, only the files speak.',
    alternatives: skipped.map(({ name, because }) => ({
      summary: `Check ${name}`,
      rejectedBecause: because,
    })),
    confidence,
  });
  const callTool: CallTool = async (toolName, tool) => {
    const call = { toolName, arguments: { folder: audited.folder }, decisionSeq };
    return (await attempt(session.callTool(call, () => tool(audited.folder))))?.result;
  };
  const licence = await callTool('detect_licence', detectLicence);
  session.db
    .update(licences)
    .set({ isShipped: licence !== undefined })
    .run();
  const problems = problemsOfFacts(evidence, licence?.spdx);
  for (const check of chosen) problems.push(...(await check.findProblems(callTool)));
  return problems;
}
