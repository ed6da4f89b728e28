import type { Fixture } from '@varve/core';
import { standardLineage as lineage } from '@varve/migrations';

const fixture: Fixture<typeof lineage.tables> = {
  lineage,
  session: { agentName: 'golden' },
  record(session) {
    session.record(lineage.tables.decisions, { summary: 'freeze' });
  },
};

export default fixture;
