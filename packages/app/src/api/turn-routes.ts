import { Hono, type Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { conversationId, problem, TurnInputSchema } from '@postern/protocol';
import type { AnswerFeed } from '../chat/answer-feed.ts';
import { beginTurn } from '../chat/begin-turn.ts';
import { failureResponse, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { lockedFailure } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';

/** Requests an answer, follows it, and stops it. */
export function turnRoutes({ postern, onFault }: AppApiParts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post('/conversations/:id/turns', async (context) => {
    const input = await parseBody(context, TurnInputSchema);
    if (!input.ok) return input.response;
    const id = conversationId.parse(context.req.param('id'));
    if (id === undefined) return failureResponse(problem('CONVERSATION_NOT_FOUND'));
    const turn = beginTurn(postern, id, input.value, onFault);
    if (!turn.ok) return failureResponse(turn.failure);
    const { ended } = context.get('session');
    const stop = (): void => {
      postern.running.stop(id);
    };
    // An answer outlives its page, but not the session that requested it.
    ended.addEventListener('abort', stop);
    if (ended.aborted) stop();
    void turn.value.ended.then(() => {
      ended.removeEventListener('abort', stop);
    });
    return streamAnswer(context, turn.value);
  });
  app.get('/conversations/:id/answer', (context) => {
    if (postern.stores() === undefined) return failureResponse(lockedFailure(postern));
    const id = conversationId.parse(context.req.param('id'));
    const feed = id === undefined ? undefined : postern.running.find(id);
    return feed === undefined ? new Response(null, { status: 204 }) : streamAnswer(context, feed);
  });
  app.post('/conversations/:id/stop', (context) => {
    const id = conversationId.parse(context.req.param('id'));
    if (id !== undefined) postern.running.stop(id);
    return new Response(null, { status: 204 });
  });
  return app;
}

/** The answer from its beginning, until it ends, the page leaves or the session ends. */
function streamAnswer(context: Context<AppEnv>, feed: AnswerFeed): Response {
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, context.get('session').ended]);
  return streamSSE(context, async (stream) => {
    stream.onAbort(() => {
      left.abort();
    });
    for await (const event of feed.follow(signal)) {
      await stream.writeSSE({ data: JSON.stringify(event) });
    }
  });
}
