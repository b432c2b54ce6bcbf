import { encodeUtf8, parseJson } from '@postern/kernel';
import type { ErrorCodeName, PageEvent, TurnEvent } from '@postern/protocol';
import { afterEach, beforeEach, expect, vi } from 'vitest';

/** What the page sent. */
export interface SentRequest {
  /** Method and path: `POST /api/unlock`. */
  readonly route: string;
  readonly body: unknown;
}

type Reply = () => Response | Promise<Response>;

/** The Postern process as the page sees it: `fetch` is replaced, everything behind it is real. */
export interface FakeServer {
  /** Sets the response of a route; the last one set counts. */
  reply(route: string, reply: Reply): void;
  /** Everything sent so far, oldest first. */
  requests(): readonly SentRequest[];
  /** The bodies sent to one route. */
  sentTo(route: string): readonly unknown[];
}

/**
 * Installs a fake server for every test of a file. A request without a reply fails its test, except
 * for drafts, which are stored whenever a test types, for the pinned chats, the labels, the presets and the favourite models,
 * of which there are none, and for the settings of the next chat, which are empty.
 */
export function fakeServer(): FakeServer {
  const replies = new Map<string, Reply>();
  let requests: SentRequest[] = [];
  let unexpected: string[] = [];

  beforeEach(() => {
    replies.clear();
    replies.set('PUT /api/drafts', noContent());
    replies.set('GET /api/conversations?in=pinned', json({ conversations: [], next: null }));
    replies.set('GET /api/models/marks', json({ favourites: [], recents: [] }));
    replies.set('GET /api/presets', json([]));
    replies.set('GET /api/labels', json({ folders: [], tags: [] }));
    replies.set('GET /api/chat-settings', json({}));
    requests = [];
    unexpected = [];
    const answer = async (route: string, body: unknown): Promise<Response> => {
      requests.push({ route, body });
      const reply = replies.get(route);
      if (reply === undefined) unexpected.push(route);
      return await (reply ?? unreachable())();
    };
    vi.stubGlobal('fetch', async (path: string, init: RequestInit): Promise<Response> =>
      answer(`${init.method ?? 'GET'} ${path}`, bodyOf(init)),
    );
    vi.stubGlobal('XMLHttpRequest', fakeUpload(answer));
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    expect(unexpected).toEqual([]);
  });

  return {
    reply: (route, reply) => {
      replies.set(route, reply);
    },
    requests: () => requests,
    sentTo: (route) => requests.filter((sent) => sent.route === route).map(({ body }) => body),
  };
}

/** The part of `XMLHttpRequest` that sends a file. */
function fakeUpload(
  answer: (route: string, body: unknown) => Promise<Response>,
): new () => EventTarget {
  return class extends EventTarget {
    readonly upload = new EventTarget();
    status = 0;
    responseText = '';
    #route = '';
    #isAborted = false;

    open(method: string, path: string): void {
      this.#route = `${method} ${path}`;
    }

    setRequestHeader(): void {
      // A fake server needs no session.
    }

    send(file: Blob): void {
      this.upload.dispatchEvent(new ProgressEvent('progress', { loaded: file.size }));
      answer(this.#route, file).then(
        async (response) => {
          const text = await response.text();
          if (!this.#isAborted) [this.status, this.responseText] = [response.status, text];
          this.dispatchEvent(new Event('loadend'));
        },
        () => this.dispatchEvent(new Event('loadend')),
      );
    }

    abort(): void {
      this.#isAborted = true;
      this.dispatchEvent(new Event('loadend'));
    }
  };
}

function bodyOf(init: RequestInit): unknown {
  if (typeof init.body !== 'string') return undefined;
  const parsed = parseJson(init.body);
  return parsed.ok ? parsed.value : init.body;
}

export function json(value: unknown): Reply {
  return () => Response.json(value);
}

export function noContent(): Reply {
  return () => new Response(null, { status: 204 });
}

export function failure(code: ErrorCodeName, message: string, remedy?: string): Reply {
  return () => Response.json({ error: { code, message, remedy } }, { status: 400 });
}

/** A process that isn't running. */
export function unreachable(): Reply {
  return () => Promise.reject(new TypeError('fetch failed'));
}

/** A response that arrives when the test says so. */
export function held(reply: Reply): { readonly reply: Reply; release(): void } {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    reply: async () => {
      await gate;
      return await reply();
    },
    release: () => {
      release();
    },
  };
}

/** The stream of a turn, or of page events, whose events the test sends one by one. */
export function turnStream(): {
  readonly reply: Reply;
  send(event: TurnEvent | PageEvent): void;
  end(): void;
} {
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      sink = controller;
    },
  });
  return {
    reply: () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    send: (event) => {
      sink?.enqueue(encodeUtf8(`data: ${JSON.stringify(event)}\n\n`));
    },
    end: () => {
      sink?.close();
    },
  };
}
