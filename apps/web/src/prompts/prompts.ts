import { t } from '@lingui/core/macro';
import type { Prompt, PromptInput } from '@postern/protocol';
import { libraryApi } from '../api/library-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { showToast } from '../controls/toasts.tsx';
import { onPageEvent } from '../conversations/page-events.ts';
import { createSortedStore, sortedByName } from '../languages/sorted-store.ts';

export interface Prompts {
  readonly status: 'idle' | 'loading' | 'loaded' | RequestProblem;
  readonly list: readonly Prompt[];
}

const NONE: Prompts = { status: 'idle', list: [] };

/** The prompts of the library, by name, once something has needed them. */
export const prompts = createSortedStore<Prompts>(NONE, (now) => ({
  ...now,
  list: sortedByName(now.list, ({ name }) => name),
}));

async function loadPrompts(): Promise<void> {
  prompts.update((now) => ({ ...now, status: now.status === 'loaded' ? 'loaded' : 'loading' }));
  const loaded = await libraryApi.prompts();
  if (watchers === 0) return;
  prompts.update((now) =>
    loaded.ok ? { status: 'loaded', list: loaded.value } : { ...now, status: loaded.failure },
  );
}

let watchers = 0;

/** Loads them, and keeps them up to date until the returned function is called. Then the page forgets them. */
export function watchPrompts(): () => void {
  watchers += 1;
  void loadPrompts();
  const stop = onPageEvent(({ kind }) => {
    if (kind === 'library' || kind === 'sync') void loadPrompts();
  });
  return () => {
    stop();
    watchers -= 1;
    if (watchers === 0) prompts.set(NONE);
  };
}

/** Changes a prompt, or adds one. */
export async function savePrompt(
  prompt: Prompt | undefined,
  input: PromptInput,
): Promise<ApiResult<Prompt>> {
  const saved =
    prompt === undefined
      ? await libraryApi.addPrompt(input)
      : await libraryApi.savePrompt(prompt.id, input);
  if (saved.ok) await loadPrompts();
  return saved;
}

/** Deletes a prompt, and offers to undo that. */
export async function deletePrompt({ id, ...input }: Prompt): Promise<void> {
  const deleted = await libraryApi.deletePrompt(id);
  if (!deleted.ok) {
    showToast(`${t`Couldn’t delete the prompt.`} ${deleted.failure.message}`, { tone: 'danger' });
    return;
  }
  await loadPrompts();
  const undo = async (): Promise<void> => {
    const restored = await libraryApi.savePrompt(id, input);
    if (restored.ok) await loadPrompts();
    else
      showToast(`${t`Couldn’t restore the prompt.`} ${restored.failure.message}`, {
        tone: 'danger',
      });
  };
  const promptName = input.name;
  showToast(t`Prompt “${promptName}” deleted.`, {
    action: { label: t`Undo`, run: () => void undo() },
  });
}
