export { VarveSession, type VarveSessionOptions } from './varve-session.ts';
export { VarveTracingProcessor, type VarveTracingProcessorOptions } from './varve-tracing-processor.ts';
