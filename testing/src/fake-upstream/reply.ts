import type { JsonObject } from '@postern/kernel';
import type { RecordedRequest } from './recorded-request.ts';
import type { FakeDialect } from './fake-dialect.ts';

/** One part of a scripted answer. */
export type ScriptedPart =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** The deltas to stream it in, which must join to `text`. Default: one per word. */
      readonly deltas?: readonly string[];
    }
  | { readonly kind: 'thinking'; readonly text: string; readonly signature?: string }
  | {
      readonly kind: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly input: JsonObject;
    };

/** A whole answer, independent of any dialect. */
export interface ScriptedAnswer {
  readonly parts: readonly ScriptedPart[];
  /** Default: derived from the parts. */
  readonly stop?: 'end' | 'tool-calls' | 'max-tokens' | 'refusal';
  /** Token counts. Default: a quarter of the characters, rounded up. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
}

/** A fault while a response is sent. Frames are SSE events, counted from 1. */
export type Fault =
  /** Destroys the socket. In a whole response: after half of the bytes. */
  | { readonly kind: 'cut'; readonly afterFrames?: number }
  /** Sends nothing more and keeps the socket open until one side closes it. */
  | { readonly kind: 'stall'; readonly afterFrames?: number }
  /** An error in the stream of a 200, after which it ends. */
  | {
      readonly kind: 'error-event';
      readonly afterFrames?: number;
      readonly errorType?: string;
      readonly message?: string;
    }
  /** One event with broken JSON in between; in a whole answer: half of the JSON. */
  | { readonly kind: 'malformed'; readonly afterFrames?: number }
  /** The last event (`[DONE]`, `message_stop`, `response.completed`) is missing. */
  | { readonly kind: 'no-done' };

/** How a response is delivered. */
export interface Delivery {
  /** Milliseconds before the headers are sent. */
  readonly headDelayMs?: number;
  /** Milliseconds between two writes. */
  readonly deltaDelayMs?: number;
  /** One write per SSE event (the default), one for everything, or chunks of one size or of several in turn. */
  readonly chunking?: 'event' | 'whole' | { readonly bytes: number | readonly number[] };
  readonly fault?: Fault;
  /** Added to the headers; replaces headers of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How the fake upstream answers one request. */
export type FakeReply = Delivery &
  (
    | { readonly kind: 'echo' }
    | ({ readonly kind: 'answer' } & ScriptedAnswer)
    /** A file of the recorded streams, absolute: `.chunks.txt`, `.sse` or `.json`. */
    | {
        readonly kind: 'recording';
        readonly file: string;
        /** The index of the response in the file, from 0. */
        readonly answer?: number;
      }
    | {
        readonly kind: 'error';
        readonly status: number;
        /** Default: the dialect's type for that status. */
        readonly errorType?: string;
        readonly message?: string;
        /** Seconds, sent as `retry-after`. */
        readonly retryAfter?: number;
      }
    /** Anything at all, valid or not. */
    | {
        readonly kind: 'raw';
        readonly status: number;
        readonly contentType: string;
        readonly body: string | Uint8Array;
      }
    /** The socket is closed without an answer. */
    | { readonly kind: 'hang-up' }
  );

/** Chooses the reply to a request. Undefined selects the next reply of the queue, or the echo. */
export type Responder = (
  request: RecordedRequest,
) => FakeReply | undefined | Promise<FakeReply | undefined>;

/** A reply with one text part. */
export function textReply(text: string, delivery: Delivery = {}): FakeReply {
  return { kind: 'answer', parts: [{ kind: 'text', text }], ...delivery };
}

export interface FakeModel {
  readonly id: string;
  readonly label: string;
}

const OPENAI_MODELS: readonly FakeModel[] = [
  { id: 'gpt-fake-large', label: 'gpt-fake-large' },
  { id: 'gpt-fake-small', label: 'gpt-fake-small' },
];

export const FAKE_MODELS: Readonly<Record<FakeDialect, readonly FakeModel[]>> = {
  'anthropic-messages': [
    { id: 'claude-fake-large', label: 'Claude Fake Large' },
    { id: 'claude-fake-small', label: 'Claude Fake Small' },
  ],
  'openai-chat': OPENAI_MODELS,
  'openai-responses': OPENAI_MODELS,
};
