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
  /** After each batch: how many records are sent so far, and how many the receiver still lacks. */
  readonly onSent?: (sent: number, behind: number) => void;
}

export interface Forwarded {
  readonly sent: number;
  /** The log was started over since the last time, so it was sent from its first record. */
  readonly isAnew: boolean;
}

/**
 * How long the end of a connection waits behind the last record. A receiver that hung up before it
 * read would be seen within a round trip; ended at once, its end would look like the answer to ours.
 */
const QUIET_MS = 250;

/**
 * Sends what the receiver lacks, each batch over a connection of its own. Syslog has no
 * acknowledgement, so a batch counts as sent when the receiver has closed the connection in answer to
 * our end of it, and only then is the position kept: what was cut off before is sent again.
 */
export async function forwardUnsent(
  options: ForwardOptions,
): Promise<Result<Forwarded, ForwardFailure>> {
  const { log, onSent } = options;
  let sent = 0;
  let isAnew = false;
  for (;;) {
    const unsent = await log.unsent();
    if (!unsent.ok) return unsent;
    const { records, behind } = unsent.value;
    isAnew ||= unsent.value.isAnew;
    const last = records.at(-1);
    if (last === undefined) return ok({ sent, isAnew });
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
  // Cut off, the close says so.
  await sleep(QUIET_MS, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  return await connected.value.close();
}
