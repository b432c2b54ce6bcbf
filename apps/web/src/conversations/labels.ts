import type { Labels } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { compareTexts } from '../languages/formats.ts';
import { createSortedStore } from '../languages/sorted-store.ts';

const NONE: Labels = { folders: [], tags: [] };

/** The names of all folders and tags. */
export const labels = createSortedStore<Labels>(NONE, ({ folders, tags }) => ({
  folders: folders.toSorted(compareTexts),
  tags: tags.toSorted(compareTexts),
}));

/** Loads them again. They stay as they are if that fails; the next event of a page repeats it. */
export async function loadLabels(): Promise<void> {
  const loaded = await appApi.labels();
  if (loaded.ok) labels.set(loaded.value);
}

export function clearLabels(): void {
  labels.set(NONE);
}
