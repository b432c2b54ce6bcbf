import { ok, type MaybePromise, type Result, type Secret } from '@postern/kernel';
import type { Provider, UpstreamAuth } from '@postern/protocol';
import type { UpstreamFailure } from './upstream-failure.ts';

/** What a request shows to an upstream: a stored key, or a login that renews itself. */
export interface Credential {
  /** The header to send with one request. A stored key has it at once; a login may renew itself first. */
  header(): MaybePromise<Result<CredentialHeader, UpstreamFailure>>;
  /** Tells the owner that the upstream answered 401 to the header. */
  refused(): void;
}

/** A header whose value is still secret: only `authorize.ts` turns it into text. */
export interface CredentialHeader {
  /** One of the names that are never passed on from a client. */
  readonly name: 'authorization' | 'x-api-key';
  /** What precedes the secret: `Bearer `, or nothing. */
  readonly prefix: string;
  /** Also what is taken out of the answer. */
  readonly secret: Secret;
}

const HEADERS: Readonly<Record<UpstreamAuth, Omit<CredentialHeader, 'secret'> | undefined>> = {
  bearer: { name: 'authorization', prefix: 'Bearer ' },
  'x-api-key': { name: 'x-api-key', prefix: '' },
  none: undefined,
};

/** The credential that a provider's key is; undefined if the provider wants none. */
export function storedKey(
  provider: Pick<Provider, 'auth'>,
  key: Secret,
  refused: () => void = () => undefined,
): Credential | undefined {
  const form = HEADERS[provider.auth];
  if (form === undefined) return undefined;
  const header = ok({ ...form, secret: key });
  return { header: () => header, refused };
}
