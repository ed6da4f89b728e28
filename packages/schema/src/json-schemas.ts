import { z } from 'zod';

/** Any JSON value. */
export const jsonValue = z.json();

/** A JSON object. */
export const jsonRecord = z.record(z.string(), jsonValue);
