import { createService as createEra1 } from '../eras/1/service.ts';
import { createService as createEra2 } from '../eras/2/service.ts';
import { createService as createEra3 } from '../eras/3/service.ts';
import { createService as createEra4 } from '../eras/4/service.ts';
import type { AuditService, CreateAuditService } from './audit-service.ts';
import { lineage } from './lineage.ts';
import { service } from './service.ts';

export interface Deployment {
  readonly era: number;
  /** How many migrations the schema had when this was deployed. */
  readonly version: number;
  /** How long it ran: the more days, the more audits. */
  readonly days: number;
  readonly service: AuditService;
}

const deploy = (era: number, version: number, days: number, create: CreateAuditService): Deployment => ({
  era,
  version,
  days,
  service: create(lineage.migrations.slice(0, version)),
});

/** What ran in production, oldest first. Between two of them the schema went on, and at times the code as well. */
export const deployments: readonly Deployment[] = [
  deploy(1, 1, 14, createEra1),
  deploy(1, 2, 20, createEra1),
  deploy(2, 4, 30, createEra2),
  deploy(2, 5, 12, createEra2),
  deploy(3, 10, 25, createEra3),
  deploy(3, 11, 8, createEra3),
  deploy(4, 16, 18, createEra4),
  deploy(4, 17, 22, createEra4),
  { era: 5, version: lineage.migrations.length, days: 21, service },
];
