import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { AppEnv } from './require-session.ts';

/** An event stream that ends with its events, when the page leaves, or when the session ends. */
export function streamEvents(
  context: Context<AppEnv>,
  follow: (signal: AbortSignal) => AsyncIterable<unknown>,
): Response {
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, context.get('session').ended]);
  return streamSSE(context, async (stream) => {
    stream.onAbort(() => {
      left.abort();
    });
    for await (const event of follow(signal)) {
      await stream.writeSSE({ data: JSON.stringify(event) });
    }
  });
}
