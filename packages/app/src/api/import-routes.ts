import { Hono } from 'hono';
import type { ConversationStore } from '@postern/conversations';
import { sortableId } from '@postern/kernel';
import {
  problem,
  type ChatImportBegun,
  type ChatImportProgress,
  type ChatImportReport,
} from '@postern/protocol';
import { record } from '../audit/audit.ts';
import { ChatImporter } from '../chat-import/chat-importer.ts';
import { RequestedFile, UploadEnded } from '../chat-import/requested-file.ts';
import type { Postern } from '../postern.ts';
import type { Session } from '../server/sessions.ts';
import { systemRandomness } from '../system/system-randomness.ts';
import { failureResponse, limitBody } from './answers.ts';
import { json, lockedFailure, withStore } from './conversation-routes.ts';
import type { AppEnv } from './require-session.ts';

/** A file that a page sends in parts, in the order in which they are read. Nothing of it is stored as it is. */
interface RunningImport {
  readonly id: string;
  readonly importer: ChatImporter;
  readonly file: RequestedFile;
  readonly report: Promise<ChatImportReport>;
  /** An import ends with the store that it began with. */
  readonly store: ConversationStore;
}

type Imports = WeakMap<Session, RunningImport>;

const MAX_FILE_BYTES = 64 * 1024 ** 3;
const MAX_PART_BYTES = 2 * 1024 * 1024;

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
    const bytes = Number(context.req.query('bytes'));
    const isSize = Number.isSafeInteger(bytes) && bytes >= 0 && bytes <= MAX_FILE_BYTES;
    if (!isSize) return failureResponse(problem('REQUEST_INVALID'));
    const stores = postern.stores();
    if (stores === undefined) return failureResponse(lockedFailure(postern));
    const event = { action: 'chat.import', outcome: 'success', count: 1 } as const;
    const recorded = await record(stores.audit, event);
    if (!recorded.ok) return failureResponse(recorded.failure);
    const session = context.get('session');
    running.get(session)?.file.end();
    const begun = begin(postern, stores.conversations, bytes);
    running.set(session, begun);
    const progress = await progressOf(begun);
    return Response.json({ id: begun.id, ...progress } satisfies ChatImportBegun);
  });
  app.post('/imports/:id/bytes', limitBody(MAX_PART_BYTES), async (context) => {
    const [session, id] = [context.get('session'), context.req.param('id')];
    const bytes = new Uint8Array(await context.req.arrayBuffer());
    const found = find(session, id);
    if (found === undefined) return failureResponse(problem('CHAT_IMPORT_NOT_FOUND'));
    // A part that is lost or comes twice would change the file.
    const isWanted = found.file.deliver(Number(context.req.query('at')), bytes);
    if (!isWanted) return failureResponse(problem('REQUEST_INVALID'));
    return Response.json(await progressOf(found));
  });
  app.post('/imports/:id/end', async (context) => {
    const [session, id] = [context.get('session'), context.req.param('id')];
    const found = find(session, id);
    if (found === undefined) return failureResponse(problem('CHAT_IMPORT_NOT_FOUND'));
    running.delete(session);
    if (context.req.query('cancelled') !== undefined) found.importer.cancel();
    found.file.end();
    const report = await found.report;
    if (report.id !== null) postern.pageEvents.add({ kind: 'sync' });
    return Response.json(report);
  });
}

function begin(postern: Postern, store: ConversationStore, bytes: number): RunningImport {
  const { clock } = postern;
  const importer = new ChatImporter({
    ...{ clock, randomness: systemRandomness, isDryRun: false },
    store: () => (postern.stores()?.conversations === store ? store : undefined),
  });
  const file = new RequestedFile(bytes);
  const report = importer.run(file, (error) =>
    error instanceof UploadEnded ? problem('CHAT_IMPORT_INCOMPLETE') : undefined,
  );
  // A request that waits for it gets its error. After the page has gone, no request does.
  report.catch(() => undefined);
  return { id: sortableId(clock.nowMs(), systemRandomness), importer, file, report, store };
}

/** Waits until the next part is wanted, or nothing more. */
async function progressOf({ importer, file, report }: RunningImport): Promise<ChatImportProgress> {
  await Promise.race([file.untilWanted(), report]);
  const { source, counts, bytesRead } = importer;
  return { source, counts, bytesRead, next: file.wanted ?? null };
}
