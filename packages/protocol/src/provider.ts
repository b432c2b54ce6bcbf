import type { DialectId } from './dialect-ids.ts';
import type { ProviderId, SecretName } from './ids.ts';

/** How a key is shown to the upstream. */
export type UpstreamAuth = 'bearer' | 'x-api-key' | 'none';

/** One upstream: a row of the built-in table or an endpoint that a person named. */
export interface Provider {
  readonly id: ProviderId;
  readonly label: string;
  /** The dialect in which the chat talks to it and its models are listed. */
  readonly dialect: DialectId;
  /** The other dialects it speaks, under the same key; absent where it speaks only the one. */
  readonly alsoSpeaks?: readonly SpokenDialect[];
  /** Up to and without the dialect's own path: `https://api.anthropic.com`, `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly auth: UpstreamAuth;
  /** The vault's entry for its key. */
  readonly secret: SecretName;
  /** What a key looks like; a value of another form is refused unless forced. */
  readonly keyForm: KeyForm | undefined;
  /** A path below `baseUrl` that wants a valid key, where the list of models is public. */
  readonly keyCheckPath?: string;
  /** Model ids offered when the upstream's list cannot be read. */
  readonly models: readonly string[];
  /** Where a person gets a key. */
  readonly keyPage: string | undefined;
  /** True for the labelled offline demo, which speaks to nobody. */
  readonly demo: boolean;
  readonly builtIn: boolean;
  /** Plain HTTP is allowed: loopback, or a host named as local in the configuration. */
  readonly local: boolean;
}

/** A dialect that a provider speaks beside its own. */
export interface SpokenDialect {
  readonly dialect: DialectId;
  /** Where it answers, below `baseUrl`; absent where that is the dialect's usual path. */
  readonly path?: string;
}

/** The form of a provider's keys as data. */
export interface KeyForm {
  readonly prefixes: readonly string[];
  readonly minLength: number;
  /** Shown in messages: `sk-ant-…`. */
  readonly example: string;
}
