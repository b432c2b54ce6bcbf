import type { JsonObject, JsonValue } from '@postern/kernel';
import type { AttachmentPart } from './attachment.ts';
import type { ComparisonPlace } from './comparison.ts';
import type { DialectId } from './dialect-ids.ts';
import type { ErrorCodeName } from './error-codes/error-codes.ts';
import type { ConversationId, MessageId, ProviderId } from './ids.ts';

/** The formats of exported chats. */
export const CHAT_EXPORT_FORMAT_NAMES = ['json', 'markdown', 'html'] as const;

export type ChatExportFormatName = (typeof CHAT_EXPORT_FORMAT_NAMES)[number];

/** How many messages one request can get. */
export const MAX_MESSAGES_AT_ONCE = 100;

/*
 * The conversation model. Every dialect decodes into it and encodes from it, the chat displays it and the store
 * saves it. A conversation is a tree: a retried answer or an edited question is a sibling.
 */

export type Role = 'system' | 'user' | 'assistant';

/**
 * Other fields of one dialect that the model doesn't have (`cache_control`, `caller`, `metadata`…).
 * It is written back in that dialect only.
 */
export interface Extra {
  readonly dialect: DialectId;
  readonly fields: JsonObject;
}

/** The location of an image's or file's bytes. */
export type MediaSource =
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'provider-file'; readonly fileId: string };

export interface TextPart {
  readonly kind: 'text';
  readonly text: string;
  /** Citations or annotations exactly as the provider sent them. */
  readonly annotations?: readonly JsonValue[];
  readonly extra?: Extra;
}

export interface ImagePart {
  readonly kind: 'image';
  readonly source: MediaSource;
  readonly extra?: Extra;
}

export interface FilePart {
  readonly kind: 'file';
  readonly source: MediaSource;
  readonly name?: string;
  readonly extra?: Extra;
}

/** The model's reasoning. A signed part with empty text is kept, because its signature must be sent back. */
export interface ThinkingPart {
  readonly kind: 'thinking';
  readonly text: string;
  readonly signature?: string;
  /** Milliseconds from its beginning to its end, as Postern received it. */
  readonly durationMs?: number;
  readonly extra?: Extra;
}

/** Reasoning that the provider encrypted. It must be sent back in the next turn. */
export interface RedactedThinkingPart {
  readonly kind: 'redacted-thinking';
  readonly data: string;
}

export interface ToolCallPart {
  readonly kind: 'tool-call';
  readonly callId: string;
  readonly name: string;
  /** The arguments as the model wrote them: JSON text, `{}` when it wrote none. */
  readonly inputJson: string;
  readonly extra?: Extra;
}

export interface ToolResultPart {
  readonly kind: 'tool-result';
  readonly callId: string;
  readonly content: readonly (TextPart | ImagePart | FilePart | OpaquePart)[];
  readonly isError: boolean;
  readonly extra?: Extra;
}

/** The model's refusal in words (OpenAI's `refusal` field). */
export interface RefusalPart {
  readonly kind: 'refusal';
  readonly text: string;
}

/** A block that only one dialect has, kept whole so that nothing is lost. */
export interface OpaquePart {
  readonly kind: 'opaque';
  readonly dialect: DialectId;
  readonly value: JsonValue;
}

export type Part =
  | TextPart
  | ImagePart
  | FilePart
  | ThinkingPart
  | RedactedThinkingPart
  | ToolCallPart
  | ToolResultPart
  | RefusalPart
  | OpaquePart;

/**
 * A part of a stored message. An attachment becomes another part before a dialect encodes it, which reads its bytes.
 */
export type MessagePart = Part | AttachmentPart;

/** Token counts of one answer, cumulative; a count is absent if the provider sent none. */
export interface Usage {
  /** Tokens of the prompt that were neither read from nor written to a cache. */
  readonly inputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  /** The part of `cacheWriteTokens` for a cache that lasts an hour or longer, if the provider reports it. */
  readonly cacheWriteLongTokens?: number;
  /** Every token of the answer, reasoning included. */
  readonly outputTokens?: number;
  /** The part of `outputTokens` spent on reasoning, if the provider reports it. */
  readonly reasoningTokens?: number;
}

/** What Postern measured of an answer, in its own process. */
export interface AnswerMeasures {
  /** Milliseconds from the request to the first content of the answer; absent if none came. */
  readonly firstContentMs?: number;
  /** Milliseconds from the request to the end of the answer. */
  readonly durationMs: number;
  /**
   * Millionths of a US dollar, for the reported usage and at the prices of that time; absent if either
   * isn't known.
   */
  readonly costMicroUsd?: number;
}

export type StopReason =
  'end' | 'stop-sequence' | 'max-tokens' | 'tool-calls' | 'refusal' | 'pause' | 'context-full';

/** One turn as sent to a model. */
export interface Turn {
  readonly role: Role;
  readonly parts: readonly Part[];
}

export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments. */
  readonly inputSchema: JsonValue;
  readonly strict?: boolean;
  readonly extra?: Extra;
}

export type ToolChoice =
  | { readonly kind: 'auto' }
  | { readonly kind: 'required' }
  | { readonly kind: 'none' }
  | { readonly kind: 'tool'; readonly name: string };

/** The required format of an answer's text. Default: plain text. */
export type ResponseFormat =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'json-schema';
      readonly schema: JsonValue;
      readonly name?: string;
      readonly description?: string;
      readonly strict?: boolean;
    };

/** The longest system prompt, in UTF-16 code units. */
export const MAX_SYSTEM_PROMPT_LENGTH = 200_000;
/** The largest temperature of any dialect. */
export const MAX_TEMPERATURE = 2;
/** More tokens than any model can answer. */
export const MAX_OUTPUT_TOKENS = 10_000_000;

/** From none to the most. */
export const REASONING_EFFORTS = [
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
] as const;

export type ReasoningEffort = (typeof REASONING_EFFORTS)[number];

/** How much a model reasons before it answers, and how much of its reasoning it shows. */
export interface Reasoning {
  /** `adaptive`: the model decides how much; `off`: none at all. */
  readonly mode?: 'adaptive' | 'off';
  readonly effort?: ReasoningEffort;
  /** Tokens that it may spend on reasoning. */
  readonly budgetTokens?: number;
  readonly summary?: 'none' | 'auto' | 'concise' | 'detailed';
}

export type ServiceTier = 'auto' | 'standard' | 'flex' | 'priority';

/** A conversation that the server stores. The request contains only the new turns. */
export type Thread =
  { readonly kind: 'create' } | { readonly kind: 'continue'; readonly previousMessageId: string };

/** A request to a model, independent of the dialect. */
export interface ModelRequest {
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly stream: boolean;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Requests the log probability of each token, with this many alternatives. */
  readonly logprobs?: number;
  readonly responseFormat?: ResponseFormat;
  readonly reasoning?: Reasoning;
  readonly stopSequences?: readonly string[];
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly serviceTier?: ServiceTier;
  /** The client's own user, as a stable pseudonym. */
  readonly userId?: string;
  /** Labels that the provider keeps with the request. */
  readonly metadata?: JsonObject;
  readonly thread?: Thread;
  readonly extra?: Extra;
}

/** A whole answer. */
export interface ModelAnswer {
  readonly id: string;
  readonly model: string;
  readonly parts: readonly Part[];
  readonly stopReason: StopReason | undefined;
  readonly stopSequence?: string;
  readonly usage: Usage;
  readonly extra?: Extra;
}

export type PartDelta =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'annotation'; readonly value: JsonValue }
  | { readonly kind: 'thinking'; readonly text: string }
  | { readonly kind: 'signature'; readonly signature: string }
  | { readonly kind: 'tool-input'; readonly json: string }
  | { readonly kind: 'refusal'; readonly text: string }
  /** Replaces the value of an opaque part. */
  | { readonly kind: 'opaque'; readonly value: JsonValue };

/**
 * An event of a streamed answer. `start` comes once, first. Parts are numbered 0, 1, 2… in the order in which they
 * start; one may start before another has ended. Exactly one of `finish` and `failure` comes last. Usage is
 * cumulative: a later count replaces an earlier one.
 */
export type AnswerEvent =
  | { readonly kind: 'start'; readonly id: string; readonly model: string }
  | { readonly kind: 'part-start'; readonly index: number; readonly part: Part }
  | { readonly kind: 'part-delta'; readonly index: number; readonly delta: PartDelta }
  /** `durationMs` is Postern's own measure of a thinking part; no provider sends it. */
  | { readonly kind: 'part-end'; readonly index: number; readonly durationMs?: number }
  | { readonly kind: 'usage'; readonly usage: Usage }
  | {
      readonly kind: 'finish';
      readonly stopReason: StopReason | undefined;
      readonly stopSequence?: string;
      readonly extra?: Extra;
    }
  | { readonly kind: 'failure'; readonly failure: AnswerFailure };

/** Why an answer failed. Contains no secret and no prompt. */
export interface AnswerFailure {
  readonly code: ErrorCodeName;
  /** The provider's own message, or ours if it sent none. */
  readonly message: string;
  /** Milliseconds after which the provider says a retry may work. */
  readonly retryAfterMs?: number;
  /** When it came, if it is stored: `retryAfterMs` begins then. */
  readonly atMs?: number;
}

export type MessageStatus = 'complete' | 'streaming' | 'interrupted' | 'failed';

/** A stored message: one node of the tree. */
export interface Message {
  readonly id: MessageId;
  readonly conversationId: ConversationId;
  /** null for the first message. */
  readonly parentId: MessageId | null;
  readonly role: Role;
  readonly parts: readonly MessagePart[];
  readonly status: MessageStatus;
  readonly createdAtMs: number;
  readonly provider?: ProviderId;
  readonly model?: string;
  readonly stopReason?: StopReason;
  readonly usage?: Usage;
  /** Absent if Postern was killed before the answer ended. */
  readonly measures?: AnswerMeasures;
  readonly failure?: AnswerFailure;
  /** Other fields of the provider's answer. */
  readonly extra?: Extra;
  /** The user changed the text of this answer. */
  readonly edited?: true;
  /** Absent unless several models answered the question at once. */
  readonly comparison?: ComparisonPlace;
}

export interface Conversation {
  readonly id: ConversationId;
  readonly title: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** The most recently chosen provider and model. */
  readonly provider?: ProviderId;
  readonly model?: string;
  readonly pinned?: true;
  readonly archived?: true;
  /** The name of its folder. */
  readonly folder?: string;
  /** At least one, sorted. */
  readonly tags?: readonly string[];
  /** When it was removed. It can be restored until it is purged. */
  readonly deletedAtMs?: number;
}
