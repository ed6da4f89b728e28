/**
 * How a call of a tool or of a model stands. `running` until it ends; `interrupted` when its process died before that;
 * `denied` when somebody or a rule did not let it run.
 */
export const callStatuses = ['running', 'ok', 'error', 'cancelled', 'denied', 'interrupted'] as const;
export type CallStatus = (typeof callStatuses)[number];
