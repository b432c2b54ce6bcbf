import type { JsonObject, JsonValue, Result, SseEvent } from '@postern/kernel';
import type {
  AnswerEvent,
  AnswerFailure,
  DialectId,
  ErrorCodeName,
  ModelAnswer,
  ModelRequest,
  UpstreamAuth,
  Usage,
} from '@postern/protocol';

/**
 * Why something could not be translated. `path` names the place (`messages[2].content`), `message` is
 * ours; neither holds anything of the conversation.
 */
export interface DialectFailure {
  readonly reason:
    /** The body does not have the form of the dialect. */
    | 'malformed'
    /** It is well formed, but this dialect or this product has no way to say it. */
    | 'unsupported'
    /** The conversation is kept by another server, and this request has only what is new. */
    | 'thread-unsupported'
    /** The turns do not make a conversation: a result without its call, nothing to answer. */
    | 'conversation-invalid';
  readonly path: string;
  readonly message: string;
}

/** One thing that a translation could not keep. It names fields of the model, and holds nothing of the conversation. */
export interface EncodeWarning {
  readonly kind: 'dropped' | 'changed';
  /** `topK`, `turns[2].parts[0]`. */
  readonly path: string;
  readonly message: string;
}

/** What a translation made, and what it could not keep. */
export interface Encoded<T> {
  readonly value: T;
  readonly warnings: readonly EncodeWarning[];
}

/** A path that a client of the dialect posts to. */
export interface DialectRoute {
  /** As the client calls it: `/v1/chat/completions`. */
  readonly path: string;
  /** Appended to the path at which a provider answers in this dialect; empty for an answer itself. */
  readonly suffix: string;
  /** Whether the answer costs tokens. */
  readonly metered: boolean;
}

/** One wire dialect: all that is known of it, and translation in both directions. No input or output. */
export interface Dialect {
  readonly id: DialectId;
  /** What a server of the dialect answers to; the list of models is served apart from these. */
  readonly routes: readonly DialectRoute[];
  /** Appended to a provider's `baseUrl` to request an answer, unless the provider has its own path. */
  readonly answerPath: string;
  /** Appended to a provider's `baseUrl` to list its models, with the query that gives all of them. */
  readonly modelsPath: string;
  /** How a key is sent unless the provider says otherwise. */
  readonly defaultAuth: UpstreamAuth;
  /** Headers that every request of the dialect must carry, besides the content type and the key. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** A request header, in lower case, that only clients of this dialect send. */
  readonly clientHeader?: string;
  /** The response header in which clients look for the request's id. */
  readonly requestIdHeader: string;
  /** A frame without meaning that may stand between any two events of a stream. */
  readonly ping: string;
  /** The event that ends every complete stream. A stream that closed without it was cut off. */
  readonly terminalEvent: TerminalEvent;
  /** A stream tells its usage only where `stream_options.include_usage` requests it. */
  readonly usageOnRequest: boolean;

  /** The event that ends a stream with an error; `body` is that of `encodeError`. */
  errorFrame(body: JsonObject): string;
  /**
   * Names on the wire → names of the request, for the tools whose names the dialect does not take. To
   * be given to `decodeAnswer` and `answerDecoder`, so that calls come back under the names of the request.
   */
  toolNames(request: ModelRequest): ReadonlyMap<string, string>;
  /** The body that asks for an answer. */
  encodeRequest(request: ModelRequest): Result<Encoded<JsonObject>, DialectFailure>;
  /** The request that a body asks. `encodeRequest` is its inverse. */
  decodeRequest(body: JsonValue): Result<ModelRequest, DialectFailure>;
  /** A whole answer, as it came without streaming. */
  decodeAnswer(body: JsonValue, options?: AnswerOptions): Result<ModelAnswer, DialectFailure>;
  /** The inverse of `decodeAnswer`. */
  encodeAnswer(answer: ModelAnswer, meta: AnswerMeta): Encoded<JsonObject>;
  /** Decodes one streamed answer. */
  answerDecoder(options?: AnswerOptions): AnswerDecoder;
  /** Encodes one answer as a stream; the inverse of `answerDecoder`. */
  answerEncoder(meta: AnswerStreamMeta): AnswerEncoder;
  /** What an answer with an HTTP status of 400 and more (or one that is no answer) means. */
  decodeError(status: number, headers: HeaderReader, bodyText: string): AnswerFailure;
  /** An error of our own, or one passed on, in the dialect's shape. */
  encodeError(error: WireErrorInput): WireError;
  /** Reads usage and the terminal event from a stream that is passed through as bytes. */
  usageTap(): UsageTap;
  /** The usage in the body of a whole answer; empty where there is none. */
  readUsage(bodyText: string): Usage;
  /** The entries of a list of models. */
  decodeModels(body: JsonValue): Result<readonly ModelEntry[], DialectFailure>;
  encodeModels(models: readonly ModelEntry[]): JsonObject;
}

export interface AnswerOptions {
  /**
   * Names on the wire → names of the request, from `toolNames`: a tool name that the dialect does not
   * take is sent in another form, and calls come back under that form.
   */
  readonly toolNames?: ReadonlyMap<string, string>;
}

/** What a whole answer needs beyond the model. */
export interface AnswerMeta {
  /** Milliseconds since the Unix epoch; used where the answer does not say when it was made. */
  readonly createdAtMs: number;
}

/** What a streamed answer needs beyond its events. */
export interface AnswerStreamMeta extends AnswerMeta {
  /** The dialect in which the answer came; ids of another one are given this one's form. */
  readonly from: DialectId;
  /** Tokens of the prompt as far as they can be guessed before the first count comes. */
  readonly estimatedInputTokens?: number;
  /** Whether the client asked for a last chunk with usage, where the dialect leaves it the choice. */
  readonly includeUsage?: boolean;
}

/** Encodes one answer, event by event, into the text of its stream. */
export interface AnswerEncoder {
  /** The frames to send now; empty while there is nothing to say. Nothing follows the last event. */
  push(event: AnswerEvent): string;
  /** What the events so far contained that the stream has no field for. */
  warnings(): readonly EncodeWarning[];
  /** A frame that says nothing, to fill silence. */
  ping(): string;
}

/** Decodes one streamed answer; never throws on anything a server sends. */
export interface AnswerDecoder {
  /** The events that this one completes. After `finish` or `failure` there are no more. */
  push(event: SseEvent): readonly AnswerEvent[];
  /**
   * To be called when the stream has ended, however it ended. Gives the last event if it did not come
   * yet: `finish` where the server had said why it stopped, else `failure` with `UPSTREAM_CUT`.
   */
  end(): readonly AnswerEvent[];
}

/**
 * How the terminal event of a stream is recognised: by its type, which is the SSE event name and the
 * `type` of its JSON, or by its exact data.
 */
export type TerminalEvent = { readonly types: readonly string[] } | { readonly data: string };

/** Watches the bytes of a stream on their way through, at little cost, and never fails. */
export interface UsageTap {
  push(chunk: Uint8Array): void;
  /** Reads a last line that has no line break. Further calls do nothing. */
  end(): void;
  /** Whether the terminal event has come. */
  isComplete(): boolean;
  /** The newest cumulative counts. */
  usage(): Usage;
  /** Delivered text, reasoning and tool arguments, in UTF-16 code units. */
  textLength(): number;
}

export interface HeaderReader {
  /** The value of a header by its lower-case name. */
  get(name: string): string | undefined;
}

export interface WireErrorInput {
  /** The HTTP status that fits best; a dialect may turn it into a neighbour. */
  readonly status: number;
  /** The dialect's own type of error; by default that of the status. */
  readonly type?: string;
  readonly message: string;
  readonly code?: ErrorCodeName;
  readonly requestId: string;
  /** Milliseconds after which a retry may work. */
  readonly retryAfterMs?: number;
  /** Tells the official SDKs to retry or not, whatever the status says. */
  readonly shouldRetry?: boolean;
}

export interface WireError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

export interface ModelEntry {
  readonly id: string;
  /** What a person reads; the id where there is no better. */
  readonly label: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAtMs?: number;
}
