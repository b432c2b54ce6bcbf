import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  describeAuditFailure,
  EXPORT_FORMATS,
  forwardUnsent,
  keepForwarding,
  type AuditLog,
  type Forwarded,
  type Forwarding,
} from '@postern/audit';
import { takeLock } from '@postern/disk';
import { failed, ok, type Result } from '@postern/kernel';
import { type Config, type ErrorCodeName, type Problem, problem } from '@postern/protocol';
import type { Home } from '../config/home.ts';
import { describeLockFailure } from '../failure/describe-home.ts';
import { parseReceiver, readTarget, type Receiver } from './forward-receiver.ts';

export interface ForwardParts {
  readonly home: Home;
  readonly version: string;
  readonly log: AuditLog;
}

export interface ForwardRun {
  /** Aborts the sending. */
  readonly signal: AbortSignal;
  readonly onSent?: (sent: number, behind: number) => void;
}

const HELD = problem(
  'AUDIT_BUSY',
  'Another process is sending the audit log.',
  'It sends every record. See its progress: postern audit forward --status.',
);

/**
 * Sends the records that the receiver is missing. One process at a time sends, under a lock that
 * ends with the process.
 */
export async function forwardNow(
  { home, version, log }: ForwardParts,
  receiver: Receiver,
  { signal, onSent }: ForwardRun,
): Promise<Result<Forwarded, Problem>> {
  const target = readTarget(receiver);
  if (!target.ok) return target;
  const lock = takeLock(join(home.dataDir, 'forward.lock'));
  if (!lock.ok) {
    return failed(lock.failure.reason === 'lock-held' ? HELD : describeLockFailure(lock.failure));
  }
  const write = EXPORT_FORMATS[receiver.format];
  const about = { version, hostname: hostname() };
  try {
    const forwarded = await forwardUnsent({
      log,
      target: { ...target.value, signal },
      toMessage: (record) => write(record, about),
      ...(onSent === undefined ? {} : { onSent }),
    });
    return forwarded.ok ? forwarded : failed(describeAuditFailure(forwarded.failure));
  } finally {
    lock.value.release();
  }
}

/** The state of sending, reported when it changes. */
type ForwardNews =
  | { readonly kind: 'failing'; readonly code: ErrorCodeName }
  | { readonly kind: 'works-again' }
  | { readonly kind: 'restarted' };

export interface BackgroundParts extends ForwardParts {
  readonly config: () => Config;
  readonly say: (line: string) => void;
}

/** Sends the log while the vault is unlocked; undefined if no receiver is configured. */
export function forwardInBackground(parts: BackgroundParts): Forwarding | undefined {
  if (parts.config().audit.forward === undefined) return undefined;
  let failing: string | undefined;
  return keepForwarding<Forwarded | undefined, Problem>({
    forward: async (signal) => {
      const receiver = parseReceiver(parts.config());
      if (!receiver.ok) return receiver;
      if (receiver.value === undefined || !(await isBehind(parts.log))) return ok(undefined);
      return await forwardNow(parts, receiver.value, { signal });
    },
    onEnd: (result) => {
      if (!result.ok) {
        const { code } = result.failure;
        if (code !== failing && code !== HELD.code) {
          parts.say(newsLine({ kind: 'failing', code }));
        }
        failing = code;
        return;
      }
      if (result.value === undefined) return;
      if (failing !== undefined) parts.say(newsLine({ kind: 'works-again' }));
      if (result.value.isRestarted) parts.say(newsLine({ kind: 'restarted' }));
      failing = undefined;
    },
  });
}

/** Whether there are records to send. If the log can't be read, sending reports that. */
async function isBehind(log: AuditLog): Promise<boolean> {
  const unsent = await log.unsent();
  return !unsent.ok || unsent.value.records.length > 0;
}

/** Formats a state as a line. It contains no text from outside; the command prints the details. */
function newsLine(news: ForwardNews): string {
  switch (news.kind) {
    case 'failing':
      return `The audit log isn't being sent: ${problem(news.code).message} Details: postern audit forward.`;
    case 'works-again':
      return 'The audit log is being sent again.';
    case 'restarted':
      return 'The audit log was started over, so it was sent from its first record.';
  }
}
