import { setTimeout as sleep } from 'node:timers/promises';
import { ok, type Result } from '@postern/kernel';
import type { AuditRecord } from '@postern/protocol';
import type { AuditFailure } from '../audit-failure.ts';
import type { AuditLog } from '../log/open-audit-log.ts';
import type { PlacedRecord } from '../log/unsent-records.ts';
import { connectSyslog, type SyslogFailure, type SyslogTarget } from '../syslog/connect-syslog.ts';

export type ForwardFailure = AuditFailure | SyslogFailure;

export interface ForwardOptions {
  readonly log: AuditLog;
  readonly target: SyslogTarget;
  /** A record in the receiver's format. */
  readonly toMessage: (record: AuditRecord) => string;
  /** Called after each batch with the numbers of sent and of remaining records. */
  readonly onSent?: (sent: number, behind: number) => void;
}

export interface Forwarded {
  readonly sent: number;
  /** Whether the log was restarted since the last time, so it was sent from its first record. */
  readonly isRestarted: boolean;
}

/**
 * How long to wait after the last record before closing the connection. If the receiver closes without
 * reading, we notice within a round trip. Without the wait, its close would look like a reply to ours.
 */
const QUIET_MS = 250;

/**
 * Sends the unsent records, each batch over its own connection. Syslog has no acknowledgement, so a batch
 * counts as sent when the receiver closes the connection after we have closed our side. Only then is the
 * position saved; an interrupted batch is sent again.
 */
export async function forwardUnsent(
  options: ForwardOptions,
): Promise<Result<Forwarded, ForwardFailure>> {
  const { log, onSent } = options;
  let sent = 0;
  let isRestarted = false;
  for (;;) {
    const unsent = await log.unsent();
    if (!unsent.ok) return unsent;
    const { records, behind } = unsent.value;
    isRestarted ||= unsent.value.isRestarted;
    const last = records.at(-1);
    if (last === undefined) return ok({ sent, isRestarted });
    const delivered = await deliver(options, records);
    if (!delivered.ok) return delivered;
    const kept = await log.markSent(last.position);
    if (!kept.ok) return kept;
    sent += records.length;
    onSent?.(sent, behind - records.length);
  }
}

async function deliver(
  { target, toMessage }: ForwardOptions,
  records: readonly PlacedRecord[],
): Promise<Result<undefined, SyslogFailure>> {
  const connected = await connectSyslog(target);
  if (!connected.ok) return connected;
  for (const { record } of records) {
    const sent = await connected.value.send(toMessage(record));
    if (!sent.ok) return sent;
  }
  const { signal } = target;
  // If it is aborted, `close` reports it.
  await sleep(QUIET_MS, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  return await connected.value.close();
}
