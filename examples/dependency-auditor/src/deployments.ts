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
  readonly service: AuditService;
}

const deploy = (era: number, version: number, create: CreateAuditService): Deployment => ({
  era,
  version,
  service: create(lineage.migrations.slice(0, version)),
});

/** What ran in production, oldest first. Between two of them the schema went on, and at times the code as well. */
export const deployments: readonly Deployment[] = [
  deploy(1, 1, createEra1),
  deploy(1, 2, createEra1),
  deploy(2, 4, createEra2),
  deploy(2, 5, createEra2),
  deploy(3, 10, createEra3),
  deploy(3, 11, createEra3),
  deploy(4, 16, createEra4),
  deploy(4, 17, createEra4),
  { era: 5, version: lineage.migrations.length, service },
];
