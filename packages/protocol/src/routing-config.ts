import * as v from 'valibot';
import { delay, duration } from './forms.ts';
import { MODALITIES } from './model-facts.ts';

const count = (min: number, max: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

/** The name of an alias, in characters that the scope of a gateway key and a response header can have. */
export const ALIAS_NAME =
  /^(?!(?:constructor|prototype)$)[A-Za-z0-9~@](?:[\w.:/@+~-]{0,198}[\w.:@+~-])?$/;

const aliasName = v.pipe(v.string(), v.regex(ALIAS_NAME));

/** `provider/model`, in printable ASCII. */
const targetModel = v.pipe(
  v.string(),
  v.maxLength(264),
  v.regex(/^[a-z0-9][a-z0-9._-]{0,63}\/[\x21-\x7e]+$/),
);

const target = v.strictObject({
  model: targetModel,
  /** Its share of the conversations, among the targets of the same priority. */
  weight: v.optional(count(1, 1000), 1),
  /** Targets with a higher number are used only while none with a lower one is available. */
  priority: v.optional(count(1, 1000), 1),
});

const tokens = count(1, 1_000_000_000);

const modalities = v.pipe(v.array(v.picklist(MODALITIES)), v.minLength(1), v.maxLength(10));

/** `gateway.models`: names of the operator's own for one or several models. */
export const modelAliases = v.record(
  aliasName,
  v.strictObject({
    targets: v.pipe(v.array(target), v.minLength(1), v.maxLength(50)),
    /** Shown in lists of models. Default: the alias. */
    label: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(80))),
    /** What lists of models say. Default: what all of its targets have in common. */
    contextWindow: v.exactOptional(tokens),
    maxOutput: v.exactOptional(tokens),
    inputModalities: v.exactOptional(modalities),
    outputModalities: v.exactOptional(modalities),
  }),
);

export type ModelAliases = v.InferOutput<typeof modelAliases>;

/** `gateway.retries`. */
export const retriesConfig = v.strictObject({
  /** Attempts for one request, over all targets and keys. 1: no retry. */
  attempts: v.optional(count(1, 20), 3),
  /** The longest wait before the same target is tried again; it doubles each time. */
  baseDelay: v.optional(delay, '250ms'),
  /** The longest wait of all, also if the provider asks for a longer one. */
  maxDelay: v.optional(delay, '10s'),
});

/** `gateway.breaker`: when a model of a provider isn't called for some time. */
export const breakerConfig = v.strictObject({
  /** Consecutive failures of the provider. */
  failures: v.optional(count(1, 1000), 5),
  /** How long it isn't called then. */
  openFor: v.optional(duration, '30s'),
});
