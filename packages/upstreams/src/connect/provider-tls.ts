import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { failed, ok, type Result } from '@postern/kernel';
import type { Provider } from '@postern/protocol';
import type { UpstreamFailure } from '../upstream-failure.ts';
import { checkPins } from './pins.ts';

/** The TLS options of a connection: certificates are always checked, regardless of the environment. */
export interface TlsOptions {
  readonly timeout: number;
  readonly rejectUnauthorized: true;
  readonly minVersion: 'TLSv1.2';
  readonly allowH2: false;
  readonly secureContext?: SecureContext;
  readonly checkServerIdentity?: ReturnType<typeof checkPins>;
}

/** Reads the certificates (PEM) of a private authority. The failure names the file and says why not. */
export type ReadAuthority = (path: string) => Result<string, string>;

/** The TLS of the providers that have none of their own, and of the proxy. */
export function usualTls(
  timeoutMs: number,
  alsoTrusted: readonly string[] | undefined,
): TlsOptions {
  return {
    timeout: timeoutMs,
    // Explicit, because NODE_TLS_REJECT_UNAUTHORIZED changes the default.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    allowH2: false,
    ...(alsoTrusted === undefined ? {} : trustOnly([...rootCertificates, ...alsoTrusted])),
  };
}

export interface ProviderTls {
  readonly options: TlsOptions;
  /** The same for the same settings, and for nothing else. */
  readonly key: string;
}

/** The TLS of a provider. A private authority replaces all others: they have no business with its name. */
export function tlsOf(
  { id, tls }: Pick<Provider, 'id' | 'tls'>,
  usual: TlsOptions,
  readAuthority: ReadAuthority,
): Result<ProviderTls, UpstreamFailure> {
  const { ca, pins } = tls ?? {};
  const authority = ca === undefined ? ok(undefined) : readAuthority(ca);
  if (!authority.ok) {
    return failed({ reason: 'ca-unusable', provider: id, why: authority.failure });
  }
  return ok({
    options: {
      ...usual,
      ...(authority.value === undefined ? {} : trustOnly([authority.value])),
      ...(pins === undefined ? {} : { checkServerIdentity: checkPins(pins) }),
    },
    key: JSON.stringify([authority.value ?? null, pins ?? null]),
  });
}

function trustOnly(ca: readonly string[]): Pick<TlsOptions, 'secureContext'> {
  return { secureContext: createSecureContext({ ca: [...ca], minVersion: 'TLSv1.2' }) };
}
