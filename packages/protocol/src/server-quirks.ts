import * as v from 'valibot';
import { REASONING_EFFORTS, type ModelRequest } from './conversation.ts';

/** Settings of a request that a server may reject. */
const REFUSABLE = [
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'logprobs',
  'serviceTier',
  'userId',
  'metadata',
  'parallelToolCalls',
  'reasoning',
] as const satisfies readonly (keyof ModelRequest)[];

const yes = v.exactOptional(v.literal(true));

/**
 * How a server of chat completions differs from others. Requests to it are encoded according to these fields.
 * The default of a field is the behaviour that most compatible servers accept.
 */
export const serverQuirks = v.strictObject({
  /** The field of the token limit. Default: `max_completion_tokens` only for OpenAI's reasoning models. */
  tokenLimit: v.exactOptional(v.picklist(['max_tokens', 'max_completion_tokens'])),
  /** Streams always report usage, and `stream_options` is rejected. */
  usageUnasked: yes,
  /** How reasoning is requested. Default: by `reasoning_effort`. */
  reasoning: v.exactOptional(v.picklist(['reasoning-object', 'thinking-switch'])),
  /** The efforts that it accepts; another one becomes the nearest. Default: all. */
  efforts: v.exactOptional(
    v.pipe(v.array(v.picklist(REASONING_EFFORTS)), v.minLength(1), v.readonly()),
  ),
  /** The number of stop sequences. Default: 4. */
  maxStops: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000))),
  /** It rejects `strict` in tools. */
  refusesStrict: yes,
  /** It can't follow a schema; it is asked for any JSON object instead. */
  refusesSchemas: yes,
  /** It has `top_k`. */
  takesTopK: yes,
  /** Its name for `seed`. */
  seedField: v.exactOptional(v.literal('random_seed')),
  /** It doesn't fetch images: they must be given as bytes. */
  refusesImageUrls: yes,
  /** It has `cache_control` in the parts of a message, as OpenRouter. Others cache by themselves. */
  takesCacheMarks: yes,
  /** Ids of tool calls must be nine letters and digits. */
  nineCharacterCallIds: yes,
  /** If the last message of a request is the model's, its answer goes on with that message. */
  continuesAnswers: yes,
  /** Settings that it rejects. They are dropped with a warning. */
  refuses: v.exactOptional(v.pipe(v.array(v.picklist(REFUSABLE)), v.readonly())),
});

export type ServerQuirks = Readonly<v.InferOutput<typeof serverQuirks>>;
