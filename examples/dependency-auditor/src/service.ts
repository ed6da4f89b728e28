import { createSession, openSession } from '@varve/core';
import type { AuditService } from './audit-service.ts';
import { judgePackage } from './judge-package.ts';
import { lineage } from './lineage.ts';
import { lookAtPackage } from './look-at-package.ts';

const agent = {
  agentName: 'dependency-auditor',
  agentVersion: '5.0.0',
  providerName: 'in-house',
  requestModel: 'rules-5',
};

/** Today's recording code. Its predecessors are in `eras/`. */
export const service: AuditService = {
  async begin(sessionsDir, folder) {
    const session = { ...agent, metadata: { folder } };
    using live = createSession(sessionsDir, { lineage, session });
    await lookAtPackage(live, folder);
    return live.path;
  },
  async finish(sessionPath, archiveDir) {
    using live = openSession(sessionPath, { lineage });
    const verdict = await judgePackage(live);
    return live.seal(archiveDir, { status: verdict ? 'completed' : 'failed' });
  },
};
