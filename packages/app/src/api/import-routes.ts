import { Hono } from 'hono';
import type { ConversationStore } from '@postern/conversations';
import { sortableId } from '@postern/kernel';
import {
  problem,
  type ChatImportBegun,
  type ChatImportProgress,
  problemSaying,
} from '@postern/protocol';
import { record } from '../audit/audit.ts';
import { ChatImporter } from '../chat-import/chat-importer.ts';
import type { Postern } from '../postern.ts';
import type { Session } from '../server/sessions.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { failureResponse } from './answers.ts';
import { json, lockedFailure, withStore } from './conversation-routes.ts';
import { inTurn } from '../vault/in-turn.ts';
import type { AppEnv } from './require-session.ts';

/** A file that a page sends in parts. It is read as it arrives, and never stored as it is. */
interface RunningImport {
  readonly id: string;
  readonly importer: ChatImporter;
  /** An import ends with the store that it began with. */
  readonly store: ConversationStore;
  /** Bytes that have arrived. */
  at: number;
  /** Parts are read one after another. */
  readonly inTurn: ReturnType<typeof inTurn>;
}

type Imports = WeakMap<Session, RunningImport>;

/** Imports chats from a file that the page reads, and undoes imports. */
export function importRoutes(postern: Postern): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  // One of each session, so that pages that go away leave nothing behind.
  const running: Imports = new WeakMap();
  addParts(app, postern, running);
  app.get('/imports', () => withStore(postern, (store) => json(store.imports.list())));
  app.post('/imports/:id/undo', async (context) => {
    const stores = postern.stores();
    if (stores === undefined) return failureResponse(lockedFailure(postern));
    const undone = stores.conversations.imports.undo(context.req.param('id'));
    if (!undone.ok) return json(undone);
    postern.pageEvents.add({ kind: 'sync' });
    const count = undone.value.chats;
    const event = { action: 'chat.import.undo', outcome: 'success', count } as const;
    const recorded = await record(stores.audit, event);
    return recorded.ok ? json(undone) : failureResponse(recorded.failure);
  });
  return app;
}

function addParts(app: Hono<AppEnv>, postern: Postern, running: Imports): void {
  const find = (session: Session, id: string): RunningImport | undefined => {
    const found = running.get(session);
    const isOpen = found?.store === postern.stores()?.conversations;
    return found?.id === id && isOpen ? found : undefined;
  };
  app.post('/imports', async (context) => {
    const stores = postern.stores();
    if (stores === undefined) return failureResponse(lockedFailure(postern));
    const event = { action: 'chat.import', outcome: 'success', count: 1 } as const;
    const recorded = await record(stores.audit, event);
    if (!recorded.ok) return failureResponse(recorded.failure);
    const { clock } = postern;
    const store = stores.conversations;
    const parts = { store: store.imports, clock, randomness: systemRandomness, isDryRun: false };
    const id = sortableId(clock.nowMs(), systemRandomness);
    const importer = new ChatImporter(parts);
    running.set(context.get('session'), { id, store, importer, at: 0, inTurn: inTurn() });
    return Response.json({ id } satisfies ChatImportBegun);
  });
  app.post('/imports/:id/bytes', async (context) => {
    const [session, id] = [context.get('session'), context.req.param('id')];
    const bytes = new Uint8Array(await context.req.arrayBuffer());
    const found = find(session, id);
    if (found === undefined) return failureResponse(problem('CHAT_IMPORT_NOT_FOUND'));
    const { importer, at } = found;
    // A part that is lost or comes twice would change the file.
    if (context.req.query('at') !== String(at)) return failureResponse(problem('REQUEST_INVALID'));
    found.at += bytes.length;
    await found.inTurn(() => importer.push(bytes));
    const { source, counts } = importer;
    return Response.json({ source, counts } satisfies ChatImportProgress);
  });
  app.post('/imports/:id/end', async (context) => {
    const [session, id] = [context.get('session'), context.req.param('id')];
    const found = find(session, id);
    if (found === undefined) return failureResponse(problem('CHAT_IMPORT_NOT_FOUND'));
    running.delete(session);
    const isCancelled = context.req.query('cancelled') !== undefined;
    const report = await found.inTurn(() =>
      Promise.resolve(found.importer.finish(isCancelled ? CANCELLED : undefined)),
    );
    if (report.id !== null) postern.pageEvents.add({ kind: 'sync' });
    return Response.json(report);
  });
}

const CANCELLED = problemSaying('CANCELLED', 'Cancelled. The chats before that were imported.');
