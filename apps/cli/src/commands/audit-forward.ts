import { describeAuditFailure, keepForwarding, type AuditLog } from '@postern/audit';
import { problem, type Problem } from '@postern/protocol';
import { forwardNow, parseReceiver, type Receiver } from '@postern/app';
import { count, withLog } from './audit.ts';
import { fail, openHome, orFail, report, type CommandContext } from './context.ts';

/**
 * `postern audit forward`: sends the missing records and exits; with `--follow` it keeps running.
 */
export async function forwardAudit(
  context: CommandContext,
  options: { readonly follow: boolean },
): Promise<void> {
  const receiver = receiverOf(context);
  await withLog(context, async (log) => {
    if (options.follow) await follow(context, log, receiver);
    else await sendOnce(context, log, receiver);
  });
}

async function sendOnce(context: CommandContext, log: AuditLog, receiver: Receiver): Promise<void> {
  const { signal } = new AbortController();
  const onSent = (sent: number, behind: number): void => {
    if (behind > 0) context.terminal.note(`Sent ${count(sent, 'record')}, ${behind} to go.`);
  };
  const forwarded = orFail(await forwardNow({ ...context, log }, receiver, { signal, onSent }));
  report(context, { to: receiver.to, ...forwarded }, linesOf(forwarded, receiver));
}

/** Ends on SIGINT or SIGTERM. Failures are printed and retried. */
async function follow(context: CommandContext, log: AuditLog, receiver: Receiver): Promise<void> {
  const stopped = Promise.withResolvers<undefined>();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      stopped.resolve(undefined);
    });
  }
  // The timers for sending don't keep the process alive.
  const alive = setInterval(() => undefined, 60_000);
  const forwarding = keepForwarding<Sent, Problem>({
    forward: (signal) => forwardNow({ ...context, log }, receiver, { signal }),
    onEnd: (result) => {
      if (!result.ok) context.terminal.note(`${result.failure.message} ${result.failure.remedy}`);
      else if (result.value.sent > 0) {
        const line = JSON.stringify({ to: receiver.to, ...result.value });
        const lines = context.json ? [line] : linesOf(result.value, receiver);
        for (const each of lines) context.terminal.print(each);
      }
    },
  });
  await stopped.promise;
  clearInterval(alive);
  await forwarding.stop();
}

interface Sent {
  readonly sent: number;
  readonly isRestarted: boolean;
}

function linesOf({ sent, isRestarted }: Sent, { to }: Receiver): readonly string[] {
  const restarted = 'The log was started over, so it was sent from its first record.';
  if (sent === 0) return [`${to} has received every record.`];
  return [...(isRestarted ? [restarted] : []), `Sent ${count(sent, 'record')} to ${to}.`];
}

/** `postern audit forward --status`: how many records the receiver is missing, and since when. */
export async function reportUnsent(context: CommandContext): Promise<void> {
  const { to } = receiverOf(context);
  await withLog(context, async (log) => {
    const { sent, behind, records } = orFail(await log.unsent(), describeAuditFailure);
    const since = records[0]?.record.time;
    const ageMs = since === undefined ? 0 : Math.max(0, context.clock.nowMs() - Date.parse(since));
    const value = { to, sent, behind, since: since ?? null, ageMs };
    report(context, value, [
      since === undefined
        ? `${to} has received every record (${String(sent)}).`
        : `${to} has received ${count(sent, 'record')}; ${String(behind)} are waiting, the oldest from ${since}.`,
    ]);
  });
}

function receiverOf(context: CommandContext): Receiver {
  const { config } = openHome(context);
  const receiver = orFail(parseReceiver(config));
  return receiver ?? fail(problem('AUDIT_FORWARD_NOT_SET'));
}
