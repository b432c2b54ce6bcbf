import { Hono } from 'hono';
import {
  type ConversationChange,
  conversationId,
  type Conversation,
  ConversationsPatchSchema,
  FolderInputSchema,
  FolderRenameSchema,
  labelName,
  type PageEvent,
  problemSaying,
} from '@postern/protocol';
import type { StoreFailure } from '@postern/conversations';
import type { Result } from '@postern/kernel';
import * as v from 'valibot';
import type { Postern } from '../postern.ts';
import { failureResponse, parseBody } from './answers.ts';
import { json, withStore } from './conversation-routes.ts';

/** More changes than this are one `sync`, with which pages load their lists again. */
const MAX_EVENTS = 50;

/** Pins, archives, files, tags, deletes and restores conversations; folders. */
export function organiseRoutes(postern: Postern): Hono {
  const app = new Hono();
  app.patch('/conversations', async (context) => {
    const input = await parseBody(context, ConversationsPatchSchema);
    if (!input.ok) return input.response;
    const { ids, change } = input.value;
    return withStore(postern, (store) => {
      const wanted = ids.map((id) => conversationId.from(id));
      const changed = store.organise(wanted, change);
      if (!changed.ok) return json(changed);
      if (change.removed === true) for (const { id } of changed.value) postern.running.stop(id);
      for (const event of eventsOf(changed.value, change)) postern.pageEvents.add(event);
      return json(changed);
    });
  });
  app.get('/labels', () => withStore(postern, (store) => json(store.labels())));
  app.post('/folders', async (context) => {
    const input = await parseBody(context, FolderInputSchema);
    if (!input.ok) return input.response;
    return withStore(postern, (store) =>
      done(postern, store.createFolder(input.value.name), 'labels'),
    );
  });
  app.patch('/folders', async (context) => {
    const input = await parseBody(context, FolderRenameSchema);
    if (!input.ok) return input.response;
    const { name, newName } = input.value;
    return withStore(postern, (store) => done(postern, store.renameFolder(name, newName), 'sync'));
  });
  app.delete('/folders', (context) => {
    const name = v.safeParse(labelName, context.req.query('name'));
    if (!name.success)
      return failureResponse(
        problemSaying('REQUEST_INVALID', '{field} is invalid.', { field: 'name' }),
      );
    return withStore(postern, (store) => done(postern, store.deleteFolder(name.output), 'sync'));
  });
  return app;
}

/** A restored conversation may belong anywhere in a list. */
function eventsOf(
  changed: readonly Conversation[],
  { removed, folder, addTags, removeTags }: ConversationChange,
): readonly PageEvent[] {
  if (changed.length === 0) return [];
  if (removed === false || changed.length > MAX_EVENTS) return [{ kind: 'sync' }];
  if (removed === true) return changed.map(({ id }) => ({ kind: 'conversation-deleted', id }));
  const events = changed.map((conversation) => ({ kind: 'conversation', conversation }) as const);
  const labels = typeof folder === 'string' || addTags !== undefined || removeTags !== undefined;
  return labels ? [...events, { kind: 'labels' }] : events;
}

function done(
  postern: Postern,
  result: Result<undefined, StoreFailure>,
  kind: 'labels' | 'sync',
): Response {
  if (!result.ok) return json(result);
  postern.pageEvents.add({ kind });
  return new Response(null, { status: 204 });
}
