import { Hono } from 'hono';
import { conversationId, problem, TurnInputSchema } from '@postern/protocol';
import { beginTurn } from '../chat/begin-turn.ts';
import { failureResponse, parseBody } from './answers.ts';
import type { AppApiParts } from './app-api-parts.ts';
import { lockedFailure } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';
import { streamEvents } from './stream-events.ts';

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
    return streamEvents(context, (signal) => turn.value.follow(signal));
  });
  app.get('/conversations/:id/answer', (context) => {
    if (postern.stores() === undefined) return failureResponse(lockedFailure(postern));
    const id = conversationId.parse(context.req.param('id'));
    const feed = id === undefined ? undefined : postern.running.find(id);
    if (feed === undefined) return new Response(null, { status: 204 });
    return streamEvents(context, (signal) => feed.follow(signal));
  });
  app.post('/conversations/:id/stop', (context) => {
    const id = conversationId.parse(context.req.param('id'));
    if (id !== undefined) postern.running.stop(id);
    return new Response(null, { status: 204 });
  });
  return app;
}
