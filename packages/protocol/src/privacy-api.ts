import * as v from 'valibot';
import { duration } from './forms.ts';

/*
 * The part of the app API that is about the settings for privacy.
 */

const idleTime = v.union([v.picklist(['auto', 'never']), duration]);

/** Omitted settings stay. They are in effect at once. */
export const PrivacyInputSchema = v.strictObject({
  /** A number with `s`, `m` or `h`, `never`, or `auto` as in the configuration. */
  lockAfterIdle: v.exactOptional(idleTime),
  lockOnSuspend: v.exactOptional(v.union([v.literal('auto'), v.boolean()])),
  deleteKeysOnExit: v.exactOptional(v.boolean()),
  clearHistoryOnExit: v.exactOptional(v.boolean()),
  localModelsOnly: v.exactOptional(v.boolean()),
  titlesByModel: v.exactOptional(v.boolean()),
});

export type PrivacyInput = v.InferOutput<typeof PrivacyInputSchema>;

export type PrivacySettings = Required<PrivacyInput>;
