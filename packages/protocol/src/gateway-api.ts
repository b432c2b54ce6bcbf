import * as v from 'valibot';
import type { GatewayKeyId } from './ids.ts';
import { SCOPE_SCHEMAS, type KeyBudget, type KeyLimits } from './key-scopes.ts';

/* The part of the app API that is about the gateway's keys. */

export const GatewayKeyInputSchema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  models: SCOPE_SCHEMAS.models,
  limits: SCOPE_SCHEMAS.limits,
  budget: SCOPE_SCHEMAS.budget,
});

export const GatewayKeyChangeSchema = v.strictObject({ disabled: v.boolean() });

const MAX_GRACE_MS = 7 * 86_400_000;

export const GatewayKeyRotationSchema = v.strictObject({
  /** For how long the text of before stays valid. */
  graceMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(MAX_GRACE_MS)),
});

export type GatewayKeyInput = v.InferOutput<typeof GatewayKeyInputSchema>;

/** A key that isn't revoked, in short. */
export interface GatewayKeyView {
  readonly id: GatewayKeyId;
  readonly name: string;
  /** The part of its text that may be shown. */
  readonly hint: string;
  readonly state: 'active' | 'disabled' | 'expired';
  readonly models: 'all' | readonly string[];
  readonly limits: KeyLimits;
  readonly budget: KeyBudget | null;
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
}

export interface GatewayKeyAnswer {
  /** Its text. Shown once, never again. */
  readonly key: string;
  readonly view: GatewayKeyView;
}
