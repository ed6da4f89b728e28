export type { AuditService } from './audit-service.ts';
export { type Deployment, deployments } from './deployments.ts';
export { findInstalled } from './find-installed.ts';
export { lineage, migrationsDir } from './lineage.ts';
export { runAgents } from './run-agents.ts';
export { service } from './service.ts';
