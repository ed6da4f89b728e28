import { standardLineage } from '@varve/migrations';
export default { lineage: standardLineage };
