import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { errnoOf, failed, ok, revealSecret, type Result, type Secret } from '@postern/kernel';

export interface SyslogTarget {
  readonly host: string;
  readonly port: number;
  /** TLS (RFC 5425). Without it, everything is sent unencrypted. */
  readonly tls?: SyslogTls;
  /** For the connection, and for each step of sending. */
  readonly timeoutMs: number;
  /**
   * `octet-counting` (the default): each message follows its length (RFC 6587 §3.4.1). `line-feed`: each
   * message ends with a line feed and must not contain one.
   */
  readonly framing?: 'octet-counting' | 'line-feed';
  /** Aborts the connection. */
  readonly signal?: AbortSignal;
}

/** TLS settings. The chain and the name of the receiver's certificate are always verified. */
export interface SyslogTls {
  /** The trusted authorities in PEM. Default: those of the runtime. */
  readonly authorities?: string;
  /** The name that the certificate must have. Default: the host. */
  readonly serverName?: string;
  /** The client certificate and key in PEM, if the receiver requires them. */
  readonly client?: { readonly certificate: string; readonly key: Secret };
}

export type SyslogFailure =
  | { readonly reason: 'syslog-unreachable'; readonly errno: string }
  | { readonly reason: 'syslog-certificate'; readonly errno: string }
  /** Our own certificates or key aren't PEM, or don't belong together. */
  | { readonly reason: 'syslog-credentials'; readonly errno: string };

/** A connection to a receiver. It can't be used after a failure. */
export interface SyslogConnection {
  /** Sends one message. Returns when another can be sent; the protocol has no acknowledgement. */
  send(message: string): Promise<Result<undefined, SyslogFailure>>;
  /** Returns when the receiver has closed too, and so has taken every byte. */
  close(): Promise<Result<undefined, SyslogFailure>>;
}

/** Opens a syslog connection over TCP or TLS (RFC 6587, RFC 5425 §4.3). */
export async function connectSyslog(
  target: SyslogTarget,
): Promise<Result<SyslogConnection, SyslogFailure>> {
  const made = openSocket(target);
  if (!made.ok) return made;
  const socket = made.value;
  let broken: SyslogFailure | undefined;
  let isEnding = false;
  const fail = (errno: string): void => {
    broken ??= failureOf(errno);
    socket.destroy();
  };
  socket.on('error', (error: Error & { code?: string }) => {
    fail(error.code ?? 'UNKNOWN');
  });
  socket.setTimeout(target.timeoutMs, () => {
    fail('ETIMEDOUT');
  });
  socket.on('end', () => {
    if (!isEnding) fail('EPIPE');
  });
  const cutOff = (): void => {
    fail('ECANCELED');
  };
  target.signal?.addEventListener('abort', cutOff);
  socket.once('close', () => {
    target.signal?.removeEventListener('abort', cutOff);
  });
  if (target.signal?.aborted === true) cutOff();
  // Discard what the receiver sends, because unread data would keep the connection open.
  socket.resume();
  const until = (event: string): Promise<Result<undefined, SyslogFailure>> =>
    new Promise((resolve) => {
      const end = (): void => {
        resolve(broken === undefined ? ok() : failed(broken));
      };
      if (socket.destroyed) end();
      socket.once(event, end);
      socket.once('close', end);
    });
  const opened = await until(target.tls === undefined ? 'connect' : 'secureConnect');
  if (!opened.ok) return opened;
  return ok({
    send: async (message) => {
      if (socket.destroyed) fail('EPIPE');
      if (broken !== undefined) return failed(broken);
      const isTaken = socket.write(frameOf(message, target.framing));
      return isTaken ? ok() : await until('drain');
    },
    close: () => {
      isEnding = true;
      const closed = until('close');
      socket.end();
      return closed;
    },
  });
}

function frameOf(message: string, framing: SyslogTarget['framing']): Uint8Array {
  if (framing === 'line-feed') return Buffer.from(`${message}\n`);
  const bytes = Buffer.from(message);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

function openSocket({ host, port, tls }: SyslogTarget): Result<Socket, SyslogFailure> {
  if (tls === undefined) return ok(connectTcp({ host, port }));
  const { authorities, serverName = host, client } = tls;
  try {
    return ok(
      connectTls({
        host,
        port,
        // An IP address isn't sent as the server name (RFC 6066 §3), but the certificate must contain it.
        ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
        minVersion: 'TLSv1.2',
        ...(authorities === undefined ? {} : { ca: authorities }),
        ...(client === undefined
          ? {}
          : { cert: client.certificate, key: revealSecret(client.key) }),
      }),
    );
  } catch (error) {
    // OpenSSL couldn't parse its input. Drop its message, which may contain parts of it.
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return failed({ reason: 'syslog-credentials', errno });
  }
}

/** The error codes of Node and OpenSSL for an untrusted certificate. */
const CERTIFICATE =
  /^(?:CERT_|ERR_TLS_CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_|INVALID_CA|ERR_OSSL_X509)/;

function failureOf(errno: string): SyslogFailure {
  return CERTIFICATE.test(errno)
    ? { reason: 'syslog-certificate', errno }
    : { reason: 'syslog-unreachable', errno };
}
