import { describeStoreFailure } from '@postern/conversations';
import { failed, ok, type Result } from '@postern/kernel';
import type { ChatImport, Problem, UndoneImport } from '@postern/protocol';
import { recordEvents } from '../audit/audit.ts';
import { tellChatsChanged } from '../instance/running.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { withConversations, type ChatImportPlace } from './import-chat-files.ts';

/** The imports of which something is left, the last one first. */
export async function listChatImports(
  place: ChatImportPlace,
  vault: OpenVault,
): Promise<Result<readonly ChatImport[], Problem>> {
  return await withConversations(place, vault, (store) => {
    const listed = store.imports.list();
    return Promise.resolve(listed.ok ? listed : failed(describeStoreFailure(listed.failure)));
  });
}

/** Permanently deletes what an import added, as `ChatImportStore.undo` does, and records it. */
export async function undoChatImport(
  place: ChatImportPlace,
  vault: OpenVault,
  id: string,
): Promise<Result<UndoneImport, Problem>> {
  return await withConversations(place, vault, async (store) => {
    const undone = store.imports.undo(id);
    if (!undone.ok) return failed(describeStoreFailure(undone.failure));
    const count = undone.value.chats;
    const event = { action: 'chat.import.undo', outcome: 'success', count } as const;
    const recorded = await recordEvents(place, vault, [event]);
    if (!recorded.ok) return recorded;
    await tellChatsChanged(place.home);
    return ok(undone.value);
  });
}
