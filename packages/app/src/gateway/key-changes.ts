import type { KeySettings } from '@postern/gateway';
import type { AuditChange } from '@postern/protocol';

/** The settings that differ, with both values. For personal settings, only their name. */
export function changesOf(before: KeySettings, after: KeySettings): readonly AuditChange[] {
  const candidates: readonly AuditChange[] = [
    { setting: 'models', before: before.models, after: after.models },
    { setting: 'endpoints', before: before.endpoints, after: after.endpoints },
    { setting: 'upstreams', before: before.upstreams, after: after.upstreams },
    { setting: 'addresses', before: before.addresses, after: after.addresses },
    { setting: 'origins', before: before.origins, after: after.origins },
    { setting: 'limits', before: before.limits, after: after.limits },
    { setting: 'budget', before: before.budget ?? null, after: after.budget ?? null },
    {
      setting: 'expiresAtMs',
      before: before.expiresAtMs ?? null,
      after: after.expiresAtMs ?? null,
    },
    {
      setting: 'idempotencyMs',
      before: before.idempotencyMs ?? null,
      after: after.idempotencyMs ?? null,
    },
    {
      setting: 'debugUntilMs',
      before: before.debugUntilMs ?? null,
      after: after.debugUntilMs ?? null,
    },
  ];
  const scopes = candidates.filter(
    (change) => 'before' in change && !isSame(change.before, change.after),
  );
  const personal = (['owner', 'notes'] as const).filter(
    (setting) => !isSame(before[setting], after[setting]),
  );
  return [...scopes, ...personal.map((setting) => ({ setting }))];
}

/** The values are JSON that the same code made, so equal values have equal texts. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
