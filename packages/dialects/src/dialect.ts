import type { JsonObject, JsonValue, Result, SseEvent } from '@postern/kernel';
import type {
  AnswerEvent,
  AnswerFailure,
  DialectId,
  EndpointName,
  ErrorCodeName,
  ModelAnswer,
  ModelFacts,
  ModelRequest,
  ServerQuirks,
  ToolDefinition,
  UpstreamAuth,
  Usage,
} from '@postern/protocol';

/**
 * Why a translation failed. `path` names the field (`messages[2].content`) and `message` is our own text.
 * Neither contains anything from the conversation.
 */
export interface DialectFailure {
  readonly reason:
    /** The body isn't valid in this dialect. */
    | 'malformed'
    /** The body is valid, but the target dialect or Postern doesn't support something in it. */
    | 'unsupported'
    /** The earlier turns are stored by another server, and the request contains only the new ones. */
    | 'thread-unsupported'
    /** The turns aren't a valid conversation, e.g. a tool result without its call, or no turns. */
    | 'conversation-invalid';
  readonly path: string;
  readonly message: string;
}

/** Something that a translation dropped or changed. Contains nothing from the conversation. */
export interface EncodeWarning {
  readonly kind: 'dropped' | 'changed';
  /** The field of the conversation model: `topK`, `turns[2].parts[0]`. */
  readonly path: string;
  readonly message: string;
}

/** The result of a translation, with what it dropped or changed. */
export interface Encoded<T> {
  readonly value: T;
  readonly warnings: readonly EncodeWarning[];
}

/** A path to which clients of the dialect send POST requests. */
export interface DialectRoute {
  /** As the client calls it: `/v1/chat/completions`. */
  readonly path: string;
  /** Where the dialect's owner describes requests and responses. */
  readonly reference: string;
  /** The name of the route's endpoint in the scopes of a gateway key. */
  readonly endpoint: EndpointName;
  /** Appended to the provider's answer path for this dialect; empty for the answer route itself. */
  readonly suffix: string;
  /** The path below the provider's base URL, for a route that isn't below the answer path. */
  readonly ownPath?: string;
  /** Whether a request costs tokens; `input` if the response itself costs none. */
  readonly metered: boolean | 'input';
  /** The response of a route that only counts the tokens of a request. */
  readonly encodeCount?: (inputTokens: number) => JsonObject;
}

/** How much of a limit per minute is left. */
export interface RateState {
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until nothing of the limit is used. */
  readonly resetMs: number;
}

/** What an answer reports for its price. */
export interface ReportedUsage {
  /** Empty if there is none. */
  readonly usage: Usage;
  /** The service tier, by the provider's name; undefined if there is none. */
  readonly serviceTier: string | undefined;
}

/** Everything about one wire dialect, including translation in both directions. Does no I/O. */
export interface Dialect {
  readonly id: DialectId;
  /** The routes of a server of the dialect, without the list of models. */
  readonly routes: readonly DialectRoute[];
  /** Appended to a provider's `baseUrl` to request an answer, unless the provider has its own path. */
  readonly answerPath: string;
  /** Appended to a provider's `baseUrl` to list its models, with the query that gives all of them. */
  readonly modelsPath: string;
  /** Whether clients request the list in pages (`limit`, `after_id`, `before_id`). */
  readonly pagesModels: boolean;
  /** How a key is sent unless the provider says otherwise. */
  readonly defaultAuth: UpstreamAuth;
  /** Headers that every request of the dialect must carry, besides the content type and the key. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** A request header, in lower case, that only clients of this dialect send. */
  readonly clientHeader?: string;
  /** The response header in which clients look for the request's id. */
  readonly requestIdHeader: string;
  /** A keep-alive frame, which clients ignore. Allowed between any two events of a stream. */
  readonly ping: string;
  /** The event that ends every complete stream. A stream that closed without it was cut off. */
  readonly terminalEvent: TerminalEvent;
  /** Whether a stream reports usage only if `stream_options.include_usage` requests it. */
  readonly usageOnRequest: boolean;

  /**
   * Texts of which a request contains one if reasoning that the provider signed may be in its conversation or
   * in its answer. `any`: it may be in every one.
   */
  readonly signedReasoning: 'any' | readonly string[];

  /** The headers that show a client one of its rate limits: names and values. */
  rateHeaders(
    kind: 'requests' | 'tokens',
    state: RateState,
    nowMs: number,
  ): readonly (readonly [string, string])[];
  /** The event that ends a stream with an error; `body` comes from `encodeError`. */
  errorFrame(body: JsonObject): string;
  /**
   * Maps wire names to the names in the request, for tools whose names are invalid in the dialect. Pass
   * it to `decodeAnswer` and `answerDecoder`, so that tool calls have the names from the request.
   */
  toolNames(request: ModelRequest): ReadonlyMap<string, string>;
  /** Encodes the body of a request for an answer, for a server with these quirks. */
  encodeRequest(
    request: ModelRequest,
    server?: EncodeOptions,
  ): Result<Encoded<JsonObject>, DialectFailure>;
  /** The inverse of `encodeRequest`. */
  decodeRequest(body: JsonValue): Result<ModelRequest, DialectFailure>;
  /** Decodes a whole answer, one that wasn't streamed. */
  decodeAnswer(body: JsonValue, options?: AnswerOptions): Result<ModelAnswer, DialectFailure>;
  /** The inverse of `decodeAnswer`. */
  encodeAnswer(answer: ModelAnswer, meta: AnswerMeta): Encoded<JsonObject>;
  /** Decodes one streamed answer. */
  answerDecoder(options?: AnswerOptions): AnswerDecoder;
  /** Encodes one answer as a stream; the inverse of `answerDecoder`. */
  answerEncoder(meta: AnswerStreamMeta): AnswerEncoder;
  /** Decodes a response with an HTTP status of 400 or more, or one that `decodeAnswer` rejected. */
  decodeError(status: number, headers: HeaderReader, bodyText: string): AnswerFailure;
  /** Encodes an error of Postern's own, or one from a provider. */
  encodeError(error: WireErrorInput): WireError;
  /** Reads usage and the terminal event from a stream that is passed through as bytes. */
  usageTap(): UsageTap;
  /** The usage in the body of a whole answer. */
  readUsage(bodyText: string): ReportedUsage;
  /** The service tier that an answer reports: a body, or the other fields of a decoded answer. */
  reportedTier(answer: JsonObject): string | undefined;
  /** Decodes a list of models. */
  decodeModels(body: JsonValue): Result<readonly ModelEntry[], DialectFailure>;
  encodeModels(models: readonly ModelEntry[], hasMore?: boolean): JsonObject;
  /** Encodes one model, as a response of its own. */
  encodeModel(model: ModelEntry): JsonObject;
}

/** The server that a request is encoded for. A `Provider` is one. */
export interface EncodeOptions {
  /** Default: those of an unknown server. */
  readonly quirks?: ServerQuirks;
}

export interface AnswerOptions {
  /**
   * Maps wire names to the names in the request, from `toolNames`. A tool name that is invalid in the
   * dialect is sent in another form, which the provider then uses in its tool calls.
   */
  readonly toolNames?: ReadonlyMap<string, string>;
}

/** What encoding a whole answer needs in addition to the answer. */
export interface AnswerMeta {
  /** Milliseconds since the Unix epoch; used if the answer has no creation time. */
  readonly createdAtMs: number;
  /** The tools of the request, in a dialect whose calls differ by the type of the tool. */
  readonly tools?: readonly ToolDefinition[];
}

/** What encoding a streamed answer needs in addition to its events. */
export interface AnswerStreamMeta extends AnswerMeta {
  /** The dialect of the upstream. If it is another one, ids are rewritten to this dialect's form. */
  readonly from: DialectId;
  /** An estimate of the prompt's tokens, used until the first count arrives. */
  readonly estimatedInputTokens?: number;
  /** Whether the client requested a usage chunk, in dialects where that is optional. */
  readonly includeUsage?: boolean;
}

/** Encodes one answer, event by event, into the text of its stream. */
export interface AnswerEncoder {
  /** The frames to send now, or an empty string. Events after the last one are ignored. */
  push(event: AnswerEvent): string;
  /** What the events so far contained that the stream has no field for. */
  warnings(): readonly EncodeWarning[];
  /** A keep-alive frame; empty after the last event. */
  ping(): string;
}

/** Decodes one streamed answer; never throws on anything a server sends. */
export interface AnswerDecoder {
  /** The events that this frame completes. After `finish` or `failure` there are no more. */
  push(event: SseEvent): readonly AnswerEvent[];
  /**
   * Call it when the stream has ended, for any reason. Returns the last event if it is still missing:
   * `finish` if the server had sent a stop reason, otherwise `failure` with `UPSTREAM_CUT`.
   */
  end(): readonly AnswerEvent[];
}

/**
 * How the terminal event of a stream is recognised: by its type, which is the SSE event name and the
 * `type` of its JSON, or by its exact data.
 */
export type TerminalEvent = { readonly types: readonly string[] } | { readonly data: string };

/** Reads the bytes of a stream that is passed through. It is cheap and never fails. */
export interface UsageTap {
  /** The service tier that the stream reports; undefined if it doesn't. */
  serviceTier(): string | undefined;
  push(chunk: Uint8Array): void;
  /** Reads a last line that has no line break. Further calls do nothing. */
  end(): void;
  /** Whether the terminal event has come. */
  isComplete(): boolean;
  /** The latest cumulative counts. */
  usage(): Usage;
  /** Delivered text, reasoning and tool arguments, in UTF-16 code units. */
  textLength(): number;
}

export interface HeaderReader {
  /** The value of the header with this lower-case name. */
  get(name: string): string | undefined;
}

export interface WireErrorInput {
  /** The HTTP status that fits best. A dialect that doesn't have it uses a similar one. */
  readonly status: number;
  /** The dialect's error type. Default: the type for the status. */
  readonly type?: string;
  readonly message: string;
  readonly code?: ErrorCodeName;
  /** The field of the request that is wrong. */
  readonly param?: string;
  /** Whether the request continues a conversation that another server stores. Clients then send all of it. */
  readonly isThreadUnsupported?: boolean;
  readonly requestId: string;
  /** Milliseconds after which a retry may work. */
  readonly retryAfterMs?: number;
  /** Tells the official SDKs whether to retry, regardless of the status. */
  readonly shouldRetry?: boolean;
}

export interface WireError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** A model in a list, with what is known about it. */
export interface ModelEntry extends ModelFacts {
  readonly id: string;
  /** The display name; the id if there is none. */
  readonly label: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAtMs?: number;
}
