import { Hono, type Context } from 'hono';
import { conversationId, PAGE_HEADER, PrivateChatInputSchema, problem } from '@postern/protocol';
import type { PageOfSession } from '../chat/private-chats.ts';
import type { Postern } from '../postern.ts';
import { failureResponse, parseBody } from './answers.ts';
import { withStore } from './conversation-routes.ts';
import { pageOf, type AppEnv } from './require-session.ts';

/** Begins private chats of a page, closes them, and keeps them. */
export function privateChatRoutes(postern: Postern): Hono<AppEnv> {
  const { privateChats } = postern;
  const app = new Hono<AppEnv>();
  app.post('/private-chats', async (context) => {
    const input = await parseBody(context, PrivateChatInputSchema);
    if (!input.ok) return input.response;
    return withPage(context, (page) =>
      withStore(postern, () => {
        const begun = privateChats.begin(page, input.value);
        return begun.ok ? Response.json(begun.value) : failureResponse(begun.failure);
      }),
    );
  });
  app.delete('/private-chats', (context) =>
    withPage(context, async (page) => {
      await privateChats.closePage(page);
      return new Response(null, { status: 204 });
    }),
  );
  app.delete('/private-chats/:id', (context) =>
    withPage(context, async (page) => {
      const id = conversationId.parse(context.req.param('id'));
      const closed = id !== undefined && (await privateChats.close(page, id));
      if (!closed) return failureResponse(problem('CONVERSATION_NOT_FOUND'));
      return new Response(null, { status: 204 });
    }),
  );
  app.post('/private-chats/:id/keep', (context) =>
    withPage(context, (page) =>
      withStore(postern, (store) => {
        const id = conversationId.parse(context.req.param('id'));
        if (id === undefined) return failureResponse(problem('CONVERSATION_NOT_FOUND'));
        const kept = privateChats.keep(page, id, store);
        if (!kept.ok) return failureResponse(kept.failure);
        postern.pageEvents.add({ kind: 'conversation', conversation: kept.value });
        return Response.json(kept.value);
      }),
    ),
  );
  return app;
}

function withPage<R extends Response | Promise<Response>>(
  context: Context<AppEnv>,
  use: (page: PageOfSession) => R,
): R | Response {
  const page = pageOf(context);
  if (page === undefined) {
    return failureResponse(problem('REQUEST_INVALID', `The ${PAGE_HEADER} header is invalid.`));
  }
  return use(page);
}
