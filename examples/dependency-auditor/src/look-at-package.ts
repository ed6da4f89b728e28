import type { Session } from '@varve/core';
import { attempt } from './attempt.ts';
import * as schema from './schema.ts';
import { findInstallScripts } from './tools/find-install-scripts.ts';
import { measureFiles } from './tools/measure-files.ts';
import { packFileList } from './tools/pack-file-list.ts';
import { readManifest } from './tools/read-manifest.ts';

const { decisions, intermediateResults, licences, packages } = schema;

/** The first half of an audit: what the package says about itself, and what lies in its folder. */
export async function lookAtPackage(session: Session<typeof schema>, folder: string): Promise<void> {
  const decisionSeq = session.record(decisions, {
    summary: 'Look first: manifest, files, install scripts',
    rationale: 'These are cheap and decide which checks are worth their time.',
    alternatives: [{ summary: 'Run every check', rejectedBecause: 'most cannot apply to most packages' }],
    confidence: 0.95,
  });
  const call = { arguments: { folder }, decisionSeq };
  const manifest = await attempt(
    session.callTool({ ...call, toolName: 'read_manifest' }, () => readManifest(folder)),
  );
  const scripts = await attempt(
    session.callTool({ ...call, toolName: 'find_install_scripts' }, () => findInstallScripts(folder)),
  );
  const measured = await session.callTool({ ...call, toolName: 'measure_files' }, () => measureFiles(folder));

  const { name, version, license: declared } = manifest?.result ?? {};
  const { fileCount, sizeBytes, countByExtension } = measured.result;
  const packageSeq = session.record(packages, {
    name,
    version,
    folder,
    sizeBytes,
    fileCount,
    hasInstallScript: (scripts?.result.length ?? 0) > 0,
  });
  session.record(licences, { packageSeq, declared });
  const toolCallSeq = measured.seq;
  session.record(intermediateResults, {
    toolCallSeq,
    kind: 'json',
    name: 'extensions',
    value: countByExtension,
  });
  const blob = packFileList(folder);
  session.record(intermediateResults, { toolCallSeq, kind: 'gzip', name: 'file list', blob });
}
