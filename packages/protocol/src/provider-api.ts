import * as v from 'valibot';
import { DIALECT_IDS, type DialectId } from './dialect-ids.ts';
import { endpointUrl, providerName } from './forms.ts';
import type { ProviderId } from './ids.ts';
import type { ModelFacts } from './model-facts.ts';
import type { Problem } from './problem.ts';
import { UPSTREAM_AUTHS, type UpstreamAuth } from './provider.ts';

export const KeyInputSchema = v.strictObject({
  key: v.pipe(v.string(), v.minLength(1), v.maxLength(8192)),
  /** Store a value that doesn't have the provider's key format. */
  force: v.optional(v.boolean(), false),
});

const endpoint = {
  label: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  dialect: v.picklist(DIALECT_IDS),
  baseUrl: endpointUrl,
  auth: v.picklist(UPSTREAM_AUTHS),
  models: v.optional(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(200))), []),
  /**
   * Whether its host may have a private address and plain HTTP: adds it to `localHosts`, or removes
   * it from there.
   */
  trustHost: v.exactOptional(v.boolean()),
};

export const EndpointInputSchema = v.strictObject({ id: providerName, ...endpoint });

/** Replaces these settings of an endpoint; the others stay. */
export const EndpointChangeSchema = v.strictObject(endpoint);

export type KeyInput = v.InferInput<typeof KeyInputSchema>;
export type EndpointInput = v.InferInput<typeof EndpointInputSchema>;
export type EndpointChange = v.InferInput<typeof EndpointChangeSchema>;

export interface ProviderView {
  readonly id: ProviderId;
  readonly label: string;
  readonly dialect: DialectId;
  readonly baseUrl: string;
  readonly auth: UpstreamAuth;
  /** The models that the configuration names. */
  readonly models: readonly string[];
  readonly needsKey: boolean;
  readonly hasKey: boolean;
  readonly keyExample: string | null;
  readonly keyPage: string | null;
  readonly demo: boolean;
  readonly builtIn: boolean;
  /** On this machine, or at a trusted host. */
  readonly local: boolean;
  /** Its host is in `localHosts`. */
  readonly trusted: boolean;
}

export type KeyTest =
  | { readonly ok: true; readonly modelCount: number; readonly latencyMs: number }
  | ({ readonly ok: false } & Problem);

export interface ModelView {
  readonly id: string;
  readonly label: string;
  /** What the provider's list or Postern knows about it. */
  readonly facts?: ModelFacts;
}

export interface ModelGroup {
  readonly provider: ProviderId;
  readonly label: string;
  readonly demo: boolean;
  /** On this machine, or at a trusted host. */
  readonly local: boolean;
  readonly models: readonly ModelView[];
  /** Why the upstream's own list couldn't be read; `models` then contains the built-in ones. */
  readonly failure?: Pick<Problem, 'code' | 'message'>;
}
