import { createSession, openSession, type Session } from '@varve/core';
import { defineLineage } from '@varve/migrations';
import { attempt } from '../../src/attempt.ts';
import type { CreateAuditService } from '../../src/audit-service.ts';
import { detectLicence } from '../../src/tools/detect-licence.ts';
import { findInstallScripts } from '../../src/tools/find-install-scripts.ts';
import { measureFiles } from '../../src/tools/measure-files.ts';
import { packFileList } from '../../src/tools/pack-file-list.ts';
import { readManifest } from '../../src/tools/read-manifest.ts';
import { resolveEntryPoints } from '../../src/tools/resolve-entry-points.ts';
import * as schema from './schema.ts';

type AuditSession = Session<typeof schema>;
type Problem = Pick<typeof schema.findings.$inferInsert, 'rule' | 'severity' | 'message'>;

const { decisions, findings, intermediateResults, licences, outputs, packages } = schema;
const agent = {
  agentName: 'dependency-auditor',
  agentVersion: '3.0.0',
  providerName: 'in-house',
  requestModel: 'rules-3',
};
const penalties = { info: 5, warn: 20, error: 50 };

/** Era 3: a package without a name is audited as well; the output is a verdict with a score. */
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
    rationale: 'Whatever the manifest says, the files are there to be measured.',
    alternatives: [{ summary: 'Stop without a manifest', rejectedBecause: 'such packages are the odd ones' }],
    confidence: 90,
  });
  const call = { arguments: { folder }, decisionSeq };
  const manifest = await attempt(
    session.callTool({ ...call, toolName: 'read_manifest' }, () => readManifest(folder)),
  );
  const measured = await session.callTool({ ...call, toolName: 'measure_files' }, () => measureFiles(folder));
  const scripts = await attempt(
    session.callTool({ ...call, toolName: 'find_install_scripts' }, () => findInstallScripts(folder)),
  );
  const { name, version, license: declared } = manifest?.result ?? {};
  const { fileCount, sizeBytes } = measured.result;
  const hasInstallScript = (scripts?.result.length ?? 0) > 0;
  const audited = { name, version, folder, sizeBytes, fileCount, hasInstallScript };
  const packageSeq = session.record(packages, audited);
  session.record(licences, { packageSeq, declared });
  const blob = packFileList(folder);
  session.record(intermediateResults, { toolCallSeq: measured.seq, kind: 'gzip', name: 'file list', blob });
}

async function judge(session: AuditSession): Promise<boolean> {
  const audited = session.db.query.packages.findFirst({ with: { licence: true } }).sync();
  if (!audited) return false;
  const { seq: packageSeq, folder } = audited;
  const decisionSeq = session.record(decisions, {
    summary: 'Check the licence text and the entry points',
    rationale: audited.name ? 'The package has a manifest to hold it to.' : 'There is no manifest to trust.',
    confidence: audited.name ? 85 : 40,
  });
  const call = { arguments: { folder }, decisionSeq };
  const detected = await attempt(
    session.callTool({ ...call, toolName: 'detect_licence' }, () => detectLicence(folder)),
  );
  const entryPoints = await attempt(
    session.callTool({ ...call, toolName: 'resolve_entry_points' }, () => resolveEntryPoints(folder)),
  );
  const spdx = detected?.result.spdx;
  session.db
    .update(licences)
    .set({ isShipped: spdx !== undefined })
    .run();
  const problems = problemsOf(audited, spdx, entryPoints !== undefined);
  for (const problem of problems) session.record(findings, { packageSeq, ...problem });
  session.record(outputs, { kind: 'audit', isFinal: true, content: verdictOn(problems) });
  return true;
}

interface Audited {
  readonly name: string | null;
  readonly hasInstallScript: boolean;
  readonly licence: { readonly declared: string | null } | null;
}

function problemsOf(audited: Audited, spdx: string | undefined, hasEntryPoints: boolean): Problem[] {
  const declared = audited.licence?.declared;
  const problems: Problem[] = [];
  const report = (rule: string, severity: Problem['severity'], message: string) =>
    problems.push({ rule, severity, message });
  if (!audited.name) report('manifest', 'error', 'no readable manifest');
  if (!spdx) report('licence', 'warn', 'no licence text that we know');
  else if (!declared?.includes(spdx)) report('licence', 'warn', `ships ${spdx}, declares ${declared}`);
  if (!hasEntryPoints) report('entry', 'info', 'nothing to import');
  if (audited.hasInstallScript) report('install-script', 'error', 'runs commands on install');
  return problems;
}

function verdictOn(problems: readonly Problem[]) {
  const lost = problems.reduce((sum, { severity }) => sum + penalties[severity], 0);
  const score = Math.max(0, 100 - lost);
  const verdict = score >= 80 ? 'approve' : score >= 40 ? 'review' : 'reject';
  return { verdict, score, reasons: problems.map(({ message }) => message) };
}
