import { createSession, openSession, type Session } from '@varve/core';
import { defineLineage } from '@varve/migrations';
import { attempt } from '../../src/attempt.ts';
import type { CreateAuditService } from '../../src/audit-service.ts';
import { detectLicence } from '../../src/tools/detect-licence.ts';
import { measureFiles } from '../../src/tools/measure-files.ts';
import { packFileList } from '../../src/tools/pack-file-list.ts';
import { readManifest } from '../../src/tools/read-manifest.ts';
import * as schema from './schema.ts';

type AuditSession = Session<typeof schema>;

const { decisions, findings, intermediateResults, outputs, packages } = schema;
const agent = { agentName: 'dependency-auditor', agentVersion: '1.0.0', model: 'rules-1' };

/** Era 1: the licence and the size, nothing else. A package without a readable manifest fails the whole audit. */
export const createService: CreateAuditService = (migrations) => {
  const lineage = defineLineage({ name: 'dependency-auditor', tables: schema, migrations });
  return {
    async begin(sessionsDir, folder) {
      const session = { ...agent, metadata: { folder } };
      using live = createSession(sessionsDir, { lineage, session });
      await look(live, folder);
      return live.path;
    },
    async finish(sessionPath, archiveDir) {
      using live = openSession(sessionPath, { lineage });
      const isAudited = await judge(live);
      return live.seal(archiveDir, { status: isAudited ? 'completed' : 'failed' });
    },
  };
};

async function look(session: AuditSession, folder: string): Promise<void> {
  const decisionSeq = session.record(decisions, {
    summary: 'Read the manifest, then measure the files',
    rationale: 'Name and licence come from the manifest; the size says how long the rest may take.',
    confidence: 95,
  });
  const call = { arguments: { folder }, decisionSeq };
  const manifest = await attempt(
    session.callTool({ ...call, toolName: 'read_manifest' }, () => readManifest(folder)),
  );
  if (!manifest) return;
  const measured = await session.callTool({ ...call, toolName: 'measure_files' }, () => measureFiles(folder));
  const { name, version, license: licence } = manifest.result;
  session.record(packages, { name, version, folder, licence, sizeBytes: measured.result.sizeBytes });
  const blob = packFileList(folder);
  session.record(intermediateResults, { toolCallSeq: measured.seq, kind: 'gzip', name: 'file list', blob });
}

async function judge(session: AuditSession): Promise<boolean> {
  const audited = session.db.select().from(packages).get();
  if (!audited) return false;
  const { seq: packageSeq, folder, licence } = audited;
  const decisionSeq = session.record(decisions, {
    summary: 'Compare the licence file with the manifest',
    rationale: `The manifest claims ${licence ?? 'nothing'}; what counts is the text that is shipped.`,
    alternatives: [{ summary: 'Trust the manifest', rejectedBecause: 'it is often copied from elsewhere' }],
    confidence: licence ? 80 : 60,
  });
  const call = { toolName: 'detect_licence', arguments: { folder }, decisionSeq };
  const detected = await attempt(session.callTool(call, () => detectLicence(folder)));
  const message = problemOf(licence, detected?.result.spdx);
  if (message) session.record(findings, { packageSeq, rule: 'licence', severity: 'warn', message });
  const problems = message ? [message] : [];
  session.record(outputs, { kind: 'audit', content: { ok: problems.length === 0, problems } });
  return true;
}

function problemOf(declared: string | null, detected: string | undefined): string | undefined {
  if (!detected) return 'no licence text that we know';
  return detected === declared ? undefined : `declared ${declared ?? 'nothing'}, but ships ${detected}`;
}
