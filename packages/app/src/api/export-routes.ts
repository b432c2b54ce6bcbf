import { CHAT_EXPORT_FORMATS } from '@postern/conversations';
import { ExportInputSchema } from '@postern/protocol';
import { Hono } from 'hono';
import { streamExport } from '../chat/stream-export.ts';
import type { Postern } from '../postern.ts';
import { failureResponse, parseBody } from './answers.ts';
import { lockedFailure } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';

/** Downloads of chats. */
export function exportRoutes(postern: Postern): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post('/exports', async (context) => {
    const input = await parseBody(context, ExportInputSchema);
    if (!input.ok) return input.response;
    const stores = postern.stores();
    if (stores === undefined) return failureResponse(lockedFailure(postern));
    const { ended } = context.get('session');
    const exported = await streamExport(postern, stores, input.value, ended);
    if (!exported.ok) return failureResponse(exported.failure);
    const { extension, mediaType } = CHAT_EXPORT_FORMATS[input.value.format];
    return new Response(exported.value, {
      headers: {
        'content-type': mediaType,
        'content-disposition': `attachment; filename="postern-chats.${extension}"`,
      },
    });
  });
  return app;
}
