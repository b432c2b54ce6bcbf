import type { ExportFormatName, SyslogTarget, SyslogTls } from '@postern/audit';
import { failed, ok, Secret, type Result } from '@postern/kernel';
import { type Config, type Problem, problem } from '@postern/protocol';
import { isLocalHost } from '@postern/upstreams';
import { readPemFile, type PemKind } from '../config/read-pem-file.ts';

/** `audit.forward` of the configuration, after it was checked that sending to it is allowed. */
export interface Receiver {
  /** As written in the configuration. */
  readonly to: string;
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly format: ExportFormatName;
  readonly ca: string | undefined;
  readonly client: { readonly certificate: string; readonly key: string } | undefined;
}

/** The receiver of the audit log; undefined if none is configured. */
export function parseReceiver({
  audit,
  localHosts,
}: Pick<Config, 'audit' | 'localHosts'>): Result<Receiver | undefined, Problem> {
  const { forward } = audit;
  if (forward === undefined) return ok(undefined);
  const { to, format, ca, clientCertificate, clientKey } = forward;
  const isTls = to.toLowerCase().startsWith('tls:');
  // Parsed like the addresses of providers, so that no spelling of a host is mistaken for another.
  const url = URL.parse(to.replace(/^[a-z]+:/i, 'http:'));
  if (url === null) return invalid("audit.forward.to isn't tls://HOST:PORT or tcp://HOST:PORT.");
  const { hostname } = url;
  if (!isTls && !isLocalHost(hostname, localHosts)) {
    return invalid(
      `audit.forward.to uses plain TCP, and ${hostname} is neither loopback nor listed in localHosts.`,
      `Use tls://, or add "${hostname}" to localHosts in config.json.`,
    );
  }
  if (!isTls && [ca, clientCertificate, clientKey].some((path) => path !== undefined)) {
    return invalid('audit.forward has certificates, but audit.forward.to uses tcp://.');
  }
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    return invalid('audit.forward needs clientCertificate and clientKey together.');
  }
  return ok({
    ...{ to, isTls, format, ca },
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    // A URL omits the default port of plain HTTP.
    port: Number(/\d+$/.exec(to)?.[0]),
    client:
      clientCertificate === undefined || clientKey === undefined
        ? undefined
        : { certificate: clientCertificate, key: clientKey },
  });
}

function invalid(message: string, remedy?: string): Result<never, Problem> {
  return failed(problem('CONFIG_INVALID', message, remedy));
}

/** For connecting, and for each step of sending. */
const TIMEOUT_MS = 10_000;

/**
 * The receiver with the content of its files, which are read each time because certificates are
 * renewed.
 */
export function readTarget(receiver: Receiver): Result<SyslogTarget, Problem> {
  const { host, port, isTls, format } = receiver;
  const framing = format === 'syslog' ? 'octet-counting' : 'line-feed';
  const target = { host, port, timeoutMs: TIMEOUT_MS, framing } as const;
  if (!isTls) return ok(target);
  const tls = readTls(receiver);
  return tls.ok ? ok({ ...target, tls: tls.value }) : tls;
}

function readTls({ ca, client }: Receiver): Result<SyslogTls, Problem> {
  const authorities = ca === undefined ? ok(undefined) : readPem(ca, 'certificate');
  if (!authorities.ok) return authorities;
  const trusted = authorities.value === undefined ? {} : { authorities: authorities.value };
  if (client === undefined) return ok(trusted);
  const certificate = readPem(client.certificate, 'certificate');
  if (!certificate.ok) return certificate;
  const key = readPem(client.key, 'private key');
  if (!key.ok) return key;
  const shown = { certificate: certificate.value, key: Secret.of(key.value) };
  return ok({ ...trusted, client: shown });
}

function readPem(path: string, kind: PemKind): Result<string, Problem> {
  const read = readPemFile(path, kind);
  return read.ok ? read : failed(problem('AUDIT_FORWARD_FILE', `${read.failure}.`));
}
