import { createSession, openSession, type Session } from '@varve/core';
import { defineLineage } from '@varve/migrations';
import { attempt } from '../../src/attempt.ts';
import type { CreateAuditService } from '../../src/audit-service.ts';
import { detectLicence } from '../../src/tools/detect-licence.ts';
import { findInstallScripts } from '../../src/tools/find-install-scripts.ts';
import { measureFiles } from '../../src/tools/measure-files.ts';
import { packFileList } from '../../src/tools/pack-file-list.ts';
import { readManifest } from '../../src/tools/read-manifest.ts';
import * as schema from './schema.ts';

type AuditSession = Session<typeof schema>;

const { decisions, findings, intermediateResults, outputs, packages } = schema;
const agent = { agentName: 'dependency-auditor', agentVersion: '2.0.0', requestModel: 'rules-2' };

/** Era 2: looks for scripts that run on install, too. */
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
    summary: 'Read the manifest, then the files and the install scripts',
    rationale: 'A script that runs on install is the first thing to know about a package.',
    alternatives: [{ summary: 'Install in a sandbox', rejectedBecause: 'takes minutes a package' }],
    confidence: 90,
  });
  const call = { arguments: { folder }, decisionSeq };
  const manifest = await attempt(
    session.callTool({ ...call, toolName: 'read_manifest' }, () => readManifest(folder)),
  );
  if (!manifest) return;
  const measured = await session.callTool({ ...call, toolName: 'measure_files' }, () => measureFiles(folder));
  const scripts = await session.callTool({ ...call, toolName: 'find_install_scripts' }, () =>
    findInstallScripts(folder),
  );
  const { name, version, license: licence } = manifest.result;
  const { fileCount, sizeBytes } = measured.result;
  const hasInstallScript = scripts.result.length > 0;
  session.record(packages, { name, version, folder, licence, sizeBytes, fileCount, hasInstallScript });
  const blob = packFileList(folder);
  session.record(intermediateResults, { toolCallSeq: measured.seq, kind: 'gzip', name: 'file list', blob });
}

async function judge(session: AuditSession): Promise<boolean> {
  const audited = session.db.select().from(packages).get();
  if (!audited) return false;
  const { seq: packageSeq, folder, licence, hasInstallScript } = audited;
  const decisionSeq = session.record(decisions, {
    summary: 'Compare the licence file with the manifest',
    rationale: `The manifest claims ${licence ?? 'nothing'}; what counts is the text that is shipped.`,
    confidence: licence ? 80 : 60,
  });
  const call = { toolName: 'detect_licence', arguments: { folder }, decisionSeq };
  const detected = await attempt(session.callTool(call, () => detectLicence(folder)));
  const problems: string[] = [];
  const report = (rule: string, severity: 'warn' | 'error', message: string): void => {
    session.record(findings, { packageSeq, rule, severity, message });
    problems.push(message);
  };
  if (!detected) report('licence', 'warn', 'no licence text that we know');
  else if (!licence?.includes(detected.result.spdx)) {
    report('licence', 'warn', `declared ${licence ?? 'nothing'}, but ships ${detected.result.spdx}`);
  }
  if (hasInstallScript) report('install-script', 'error', 'runs commands when it is installed');
  session.record(outputs, { kind: 'audit', content: { ok: problems.length === 0, problems } });
  return true;
}
