import type { ModelRequest, ReasoningEffort } from './conversation.ts';

/** A setting that a server may reject. */
export type RefusableSetting = keyof Pick<
  ModelRequest,
  | 'seed'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'logprobs'
  | 'serviceTier'
  | 'userId'
  | 'metadata'
  | 'parallelToolCalls'
  | 'reasoning'
>;

/**
 * How a server of chat completions differs from others. Requests to it are encoded according to these fields.
 * The default of a field is the behaviour that most compatible servers accept.
 */
export interface ServerQuirks {
  /** The field of the token limit. Default: `max_completion_tokens` only for OpenAI's reasoning models. */
  readonly tokenLimit?: 'max_tokens' | 'max_completion_tokens';
  /** Streams always report usage, and `stream_options` is rejected. */
  readonly usageUnasked?: true;
  /** How reasoning is requested. Default: by `reasoning_effort`. */
  readonly reasoning?: 'reasoning-object' | 'thinking-switch';
  /** The efforts that it accepts; another one becomes the nearest. Default: all. */
  readonly efforts?: readonly ReasoningEffort[];
  /** The number of stop sequences. Default: 4. */
  readonly maxStops?: number;
  /** It rejects `strict` in tools. */
  readonly refusesStrict?: true;
  /** It can't follow a schema; it is asked for any JSON object instead. */
  readonly refusesSchemas?: true;
  /** It has `top_k`. */
  readonly takesTopK?: true;
  /** Its name for `seed`. */
  readonly seedField?: 'random_seed';
  /** It doesn't fetch images: they must be given as bytes. */
  readonly refusesImageUrls?: true;
  /** It has `cache_control` in the parts of a message, as OpenRouter. Others cache by themselves. */
  readonly takesCacheMarks?: true;
  /** Ids of tool calls must be nine letters and digits. */
  readonly nineCharacterCallIds?: true;
  /** Settings that it rejects. They are dropped with a warning. */
  readonly refuses?: readonly RefusableSetting[];
}
