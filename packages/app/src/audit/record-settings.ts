import { ok, type Result } from '@postern/kernel';
import type { AuditEvent, Problem, SettingName } from '@postern/protocol';

/** Records each setting that was changed, until a record can't be written. */
export async function recordSettings(
  names: readonly SettingName[],
  recordChange: (event: Omit<AuditEvent, 'action'>) => Promise<Result<undefined, Problem>>,
): Promise<Result<undefined, Problem>> {
  for (const id of names) {
    const subject = { kind: 'setting', id } as const;
    const recorded = await recordChange({ outcome: 'success', subject });
    if (!recorded.ok) return recorded;
  }
  return ok();
}
