import { expectOk, isJsonObject, parseJson } from '@postern/kernel';
import type { FakeDialect } from '@postern/testing';
import {
  framed,
  recordings,
  responsesRecordings,
  SHORTENED,
  wholeAnswers,
  wholeResponses,
  type Recording,
} from '../dialects/recordings.ts';
import { askByDialect, type ClientAnswer } from './client-answers.ts';

/** A recorded answer as the bytes of a response. */
export interface RecordedAnswer {
  readonly name: string;
  readonly dialect: FakeDialect;
  readonly form: 'stream' | 'whole';
  readonly contentType: string;
  readonly body: Uint8Array;
  /** The error with which the official client of its own dialect rejects the stream. */
  readonly rejection: string | undefined;
  /** Whether its last event says more than the others. */
  readonly isShortened: boolean;
  /** What the official client of its own dialect makes of it, without a gateway. */
  read(): Promise<ClientAnswer>;
}

/** Streams that are odd enough for the official client to reject them. */
const REJECTED: Readonly<Record<string, string>> = {
  'openai-responses/github-copilot-id-rotation.1 #1': 'Lifecycle response identity changed',
  'openai-responses/openai-apply-patch-tool.1 #1': 'Unhandled response stream event',
  // Its only call has the index 1.
  'openai-compatible-chat/anthropic-fallback-tool-call': 'Cannot read properties of undefined',
};

export function recordedAnswers(): readonly RecordedAnswer[] {
  return [...recordings(), ...responsesRecordings()].map(streamed).concat(
    [...wholeAnswers(), ...wholeResponses()].map(({ name, dialect, body }) => {
      const bytes = new TextEncoder().encode(body);
      return {
        name,
        dialect,
        ...WHOLE,
        body: bytes,
        rejection: undefined,
        isShortened: false,
        read: () => readDirectly(dialect, 'whole', bytes),
      };
    }),
  );
}

const WHOLE = { form: 'whole', contentType: 'application/json' } as const;
const STREAM = { form: 'stream', contentType: 'text/event-stream' } as const;

function streamed(recording: Recording): RecordedAnswer {
  const { name, dialect } = recording;
  const body = framed(recording);
  const rejection = REJECTED[name];
  return {
    name,
    dialect,
    ...STREAM,
    body,
    rejection,
    isShortened: SHORTENED.some((short) => name.startsWith(`${dialect}/${short} `)),
    read: () =>
      rejection === undefined ? readDirectly(dialect, 'stream', body) : readRejected(recording),
  };
}

function readDirectly(
  dialect: FakeDialect,
  form: RecordedAnswer['form'],
  body: Uint8Array,
): Promise<ClientAnswer> {
  const { contentType } = form === 'stream' ? STREAM : WHOLE;
  const fetch = (): Promise<Response> =>
    Promise.resolve(
      new Response(Uint8Array.from(body), { headers: { 'content-type': contentType } }),
    );
  return askByDialect({ url: 'http://127.0.0.1:1', key: 'none', fetch })[dialect]('m', form);
}

/** The last event of a Responses stream has the whole response. The only other one is a chat completion. */
function readRejected({ dialect, events }: Recording): Promise<ClientAnswer> {
  if (dialect === 'openai-responses') {
    const last = expectOk(parseJson(events.at(-1) ?? ''));
    const response = isJsonObject(last) ? last['response'] : undefined;
    return readDirectly(dialect, 'whole', new TextEncoder().encode(JSON.stringify(response)));
  }
  const first = events.map((event) =>
    event.replace('"tool_calls":[{"index":1', '"tool_calls":[{"index":0'),
  );
  return readDirectly(dialect, 'stream', framed({ name: '', dialect, events: first }));
}
