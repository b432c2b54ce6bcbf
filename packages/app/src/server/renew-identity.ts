import { ok, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { ProcessLog } from '../log/process-log.ts';
import type { PortListening } from './listen.ts';
import type { Listener } from './listener.ts';
import type { TlsIdentity } from './tls-identity.ts';

export interface Renewal {
  readonly now: () => Promise<Result<'renewed' | 'same', Problem>>;
  readonly stop: () => void;
}

export interface RenewalParts {
  readonly listener: Pick<Listener, 'tls'>;
  readonly log: ProcessLog;
  readonly renewEveryMs?: number;
}

/** Not by watching the files: links that change their target, and network file systems, report nothing. */
const RENEW_EVERY_MS = 5000;

/**
 * Reads the certificate regularly and uses a new one for new connections. While the files don't belong together,
 * because only one of them was replaced yet, the old certificate stays, which is logged once.
 */
export function renewIdentity(
  { listener: { tls }, log, renewEveryMs = RENEW_EVERY_MS }: RenewalParts,
  listening: Pick<PortListening, 'useIdentity'>,
): Renewal {
  if (tls === undefined) return { now: () => Promise.resolve(ok('same')), stop: () => undefined };
  let current: TlsIdentity = tls.identity;
  let lastFailure: string | undefined;

  const now = async (): Promise<Result<'renewed' | 'same', Problem>> => {
    const read = await tls.readAgain();
    if (!read.ok) {
      const { message } = read.failure;
      if (message !== lastFailure) log.write('warn', 'tls.certificate', keepsOld(message));
      lastFailure = message;
      return read;
    }
    lastFailure = undefined;
    const { cert, key } = read.value;
    if (cert === current.cert && key === current.key) return ok('same');
    current = read.value;
    listening.useIdentity(current);
    log.write('info', 'tls.certificate', 'New connections get the new TLS certificate.');
    return ok('renewed');
  };
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    void now().finally(() => {
      running = false;
    });
  }, renewEveryMs);
  timer.unref();
  return {
    now,
    stop: () => {
      clearInterval(timer);
    },
  };
}

function keepsOld(message: string): string {
  return `${message} The previous certificate stays in use.`;
}
