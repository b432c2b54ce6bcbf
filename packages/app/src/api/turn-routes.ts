import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { conversationId, problem, TurnInputSchema } from '@postern/protocol';
import { beginTurn } from '../chat/begin-turn.ts';
import type { Postern } from '../postern.ts';
import { failureResponse, parseBody } from './answers.ts';
import type { AppEnv } from './require-session.ts';

/** Requests an answer, and stops it. */
export function turnRoutes(postern: Postern): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post('/conversations/:id/turns', async (context) => {
    const input = await parseBody(context, TurnInputSchema);
    if (!input.ok) return input.response;
    const id = conversationId.parse(context.req.param('id'));
    if (id === undefined) return failureResponse(problem('CONVERSATION_NOT_FOUND'));
    const turn = beginTurn(postern, id, input.value);
    if (!turn.ok) return failureResponse(turn.failure);
    const { ended } = context.get('session');
    const stop = (): void => {
      postern.running.stop(id);
    };
    // A session that ended receives nothing more, not even an answer that it requested.
    ended.addEventListener('abort', stop);
    return streamSSE(context, async (stream) => {
      // The client disconnected, so the request to the provider is cancelled.
      stream.onAbort(stop);
      for await (const event of turn.value) {
        if (!ended.aborted) await stream.writeSSE({ data: JSON.stringify(event) });
      }
      ended.removeEventListener('abort', stop);
    });
  });
  app.post('/conversations/:id/stop', (context) => {
    const id = conversationId.parse(context.req.param('id'));
    if (id !== undefined) postern.running.stop(id);
    return new Response(null, { status: 204 });
  });
  return app;
}
