import type { Labels } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { createStore } from '../state/store.ts';

const NONE: Labels = { folders: [], tags: [] };

/** The names of all folders and tags. */
export const labels = createStore<Labels>(NONE);

/** Loads them again. They stay as they are if that fails; the next event of a page repeats it. */
export async function loadLabels(): Promise<void> {
  const loaded = await appApi.labels();
  if (loaded.ok) labels.set(loaded.value);
}

export function clearLabels(): void {
  labels.set(NONE);
}
