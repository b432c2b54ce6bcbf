import { t } from '@lingui/core/macro';
import { appApi } from '../api/app-api.ts';
import { showToast } from '../controls/toasts.tsx';
import { refresh } from './session.ts';

/** Locks the vault; the page then shows the unlock screen. */
export async function lockNow(): Promise<void> {
  const locked = await appApi.lock();
  // Locking ends the session too; the new state says whether this page may unlock again.
  if (locked.ok) await refresh();
  else
    showToast(t`Couldn’t lock Postern. ${{ reason: locked.failure.message }}`, { tone: 'danger' });
}
