import type { DialectId } from './dialect-ids.ts';
import type { ProviderId, SecretName } from './ids.ts';
import type { ServerQuirks } from './server-quirks.ts';

/** How a key is sent to the upstream. */
export const UPSTREAM_AUTHS = ['bearer', 'x-api-key', 'api-key', 'none'] as const;

export type UpstreamAuth = (typeof UPSTREAM_AUTHS)[number];

/** One upstream: a row of the built-in table or a user's endpoint. */
export interface Provider {
  readonly id: ProviderId;
  readonly label: string;
  /** The dialect in which the chat talks to it and its models are listed. */
  readonly dialect: DialectId;
  /** The other dialects it speaks, under the same key; absent where it speaks only the one. */
  readonly alsoSpeaks?: readonly SpokenDialect[];
  /** What it accepts, and how; absent if nothing is known of it. */
  readonly quirks?: ServerQuirks;
  /** Up to and without the dialect's own path: `https://api.anthropic.com`, `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Every customer has another address, so the provider exists only if the configuration has its `baseUrl`. */
  readonly ownAddress?: true;
  readonly auth: UpstreamAuth;
  /** Its own TLS; absent for the usual authorities. */
  readonly tls?: ProviderTlsConfig;
  /** Headers of a client that it gets, in lower case; absent for none. */
  readonly forwardHeaders?: readonly AttributionHeader[];
  /** The vault's entry for its key. */
  readonly secret: SecretName;
  /** Further entries with keys for it, without repetition; absent or empty for none. */
  readonly keys?: readonly SecretName[];
  /** The format of a key; a value in another format is rejected unless forced. */
  readonly keyForm: KeyForm | undefined;
  /** A path below `baseUrl` that requires a valid key, if the list of models is public. */
  readonly keyCheckPath?: string;
  /** Model ids offered if the upstream's list can't be read. */
  readonly models: readonly string[];
  /** Where the user gets a key. */
  readonly keyPage: string | undefined;
  /** The model runs in this process, without network requests. Only the chat can use it. */
  readonly inProcess: boolean;
  readonly builtIn: boolean;
  /** Plain HTTP is allowed: loopback, or a host named as local in the configuration. */
  readonly local: boolean;
}

/** The vault's entries with keys for a provider. At least one; each of them may be missing in the vault. */
export function secretsOf({
  secret,
  keys = [],
}: Pick<Provider, 'secret' | 'keys'>): readonly [SecretName, ...SecretName[]] {
  return [secret, ...keys];
}

export interface ProviderTlsConfig {
  /** The path of its own authority's certificate, PEM. No other authority is trusted for it. */
  readonly ca?: string;
  /** `sha256/BASE64` of public keys, of which its chain must have one. */
  readonly pins?: readonly string[];
}

/** Headers in which clients say who they are or which trace a request belongs to. */
export const ATTRIBUTION_HEADERS = [
  'http-referer',
  'x-title',
  'traceparent',
  'tracestate',
] as const;
export type AttributionHeader = (typeof ATTRIBUTION_HEADERS)[number];

/** A dialect that a provider speaks beside its own. */
export interface SpokenDialect {
  readonly dialect: DialectId;
  /** Where it answers, below `baseUrl`; absent where that is the dialect's usual path. */
  readonly path?: string;
}

/** The format of a provider's keys as data. */
export interface KeyForm {
  readonly prefixes: readonly string[];
  readonly minLength: number;
  /** Shown in messages: `sk-ant-…`. */
  readonly example: string;
}
