import { ok, type MaybePromise, type Result, type Secret } from '@postern/kernel';
import type { Provider, UpstreamAuth } from '@postern/protocol';
import type { UpstreamFailure } from './upstream-failure.ts';

/** Authenticates requests to an upstream: a stored key, or a login that renews itself. */
export interface Credential {
  /** The header to send with one request. A stored key has it at once; a login may renew itself first. */
  header(): MaybePromise<Result<CredentialHeader, UpstreamFailure>>;
  /** Reports that the upstream responded with 401 to the header. */
  refused(): void;
}

/** A header whose value is still secret: only `authorize.ts` turns it into text. */
export interface CredentialHeader {
  /** A name that is never forwarded from a client. */
  readonly name: 'authorization' | 'x-api-key' | 'api-key';
  /** What precedes the secret: `Bearer `, or nothing. */
  readonly prefix: string;
  /** It is also removed from the response. */
  readonly secret: Secret;
  /** Further secrets that the upstream may know, which are removed from the response too. */
  readonly others?: readonly Secret[];
}

const HEADERS: Readonly<
  Record<UpstreamAuth, Omit<CredentialHeader, 'secret' | 'others'> | undefined>
> = {
  bearer: { name: 'authorization', prefix: 'Bearer ' },
  'x-api-key': { name: 'x-api-key', prefix: '' },
  'api-key': { name: 'api-key', prefix: '' },
  none: undefined,
};

/**
 * The credential for a provider's key; undefined if the provider needs none.
 *
 * @param others The provider's other keys, which it may know from other requests.
 */
export function storedKey(
  provider: Pick<Provider, 'auth'>,
  key: Secret,
  refused: () => void = () => undefined,
  others: readonly Secret[] = [],
): Credential | undefined {
  const form = HEADERS[provider.auth];
  if (form === undefined) return undefined;
  const header = ok({ ...form, secret: key, ...(others.length > 0 && { others }) });
  return { header: () => header, refused };
}
