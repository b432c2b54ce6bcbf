import { t } from '@lingui/core/macro';
import { libraryApi } from '../api/library-api.ts';
import { showToast } from '../controls/toasts.tsx';
import type { OfferedModel } from './choose-model.ts';
import { marks } from './models.ts';

/** Marks a model as a favourite, or no longer. Returns what to announce. */
export async function toggleFavourite(
  { provider, model, label }: OfferedModel,
  isFavourite: boolean,
): Promise<string> {
  const marked = await libraryApi.markFavourite({ provider, model, isFavourite });
  if (marked.ok) {
    marks.set(marked.value);
    return isFavourite ? t`${label} is a favourite.` : t`${label} is no favourite any more.`;
  }
  showToast(`${t`Couldn’t change the favourites.`} ${marked.failure.message}`, { tone: 'danger' });
  return '';
}
