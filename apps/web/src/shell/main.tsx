import { t } from '@lingui/core/macro';
import type { AppState } from '@postern/protocol';
import { useEffect, useLayoutEffect, type ReactElement } from 'react';
import { onPageEvent, watchPageEvents } from '../conversations/page-events.ts';
import { closeChats } from '../chat/chat.ts';
import { ChatPage } from '../chat/chat-page.tsx';
import { applyToSettings, clearSettings, loadNewSettings } from '../chat-settings/chat-settings.ts';
import { focusComposer } from '../chat/compose-requests.ts';
import { applyToDrafts, clearDrafts, loadDrafts, watchDrafts } from '../chat/drafts.ts';
import { soughtWords } from '../conversations/sought-words.ts';
import {
  applyToList,
  clearConversations,
  loadConversations,
} from '../conversations/conversation-list.ts';
import { loadLabels } from '../conversations/labels.ts';
import { PINNED } from '../conversations/shown-lists.ts';
import { watchPrivateChats } from '../conversations/private-chats.ts';
import { isComposing } from '../controls/composition.ts';
import { applyToModels, loadModels } from '../models/models.ts';
import type { SearchPalette } from '../search/search-palette.tsx';
import type { SettingsPage } from '../settings/settings-page.tsx';
import { useLater } from '../state/later.ts';
import { overlay } from '../state/overlay.ts';
import { closeDrawer, sidebar, SIDEBAR_AT_FIRST, toggleSidebar } from '../state/sidebar.ts';
import { useStore } from '../state/store.ts';
import { Spinner } from '../controls/spinner.tsx';
import { actionTable, searchPalette, settingsPage, shortcutsSheet } from './later-pages.ts';
import { useRoute } from '../navigation/route.ts';
import { actions, runAction } from '../shortcuts/action.ts';
import { actionFor } from '../shortcuts/bindings.ts';
import { Sidebar } from '../sidebar/sidebar.tsx';

/** The page of an unlocked vault: the sidebar beside a chat or the settings. */
export function Main({ state }: { readonly state: AppState }): ReactElement {
  const route = useRoute();
  const shown = useStore(overlay);
  const bar = useStore(sidebar);
  useChatData();
  useActions();

  return (
    <div className="main" data-sidebar={bar.shown ? 'shown' : 'hidden'} data-drawer={bar.drawer}>
      <a className="skip" href="#content" onClick={skipToContent}>
        {t`Skip to content`}
      </a>
      {route.at !== 'settings' && (
        <a className="skip" href="#content" onClick={skipToComposer}>
          {t`Skip to message field`}
        </a>
      )}
      <Sidebar route={route} onCommand={runAction} onLeave={closeDrawer} />
      <button
        type="button"
        className="drawer-shade"
        aria-label={t`Close sidebar`}
        tabIndex={-1}
        onClick={closeDrawer}
      />
      <main id="content" tabIndex={-1} className="content">
        {route.at === 'settings' ? (
          <Settings state={state} section={route.section} onSidebar={toggleSidebar} />
        ) : (
          <ChatPage route={route} onSidebar={toggleSidebar} />
        )}
      </main>
      {shown?.at === 'search' && <Search initialQuery={shown.query} onClose={closeOverlay} />}
      {shown?.at === 'shortcuts' && <Shortcuts onClose={closeOverlay} />}
    </div>
  );
}

function Settings(props: Parameters<typeof SettingsPage>[0]): ReactElement {
  const page = useLater(settingsPage, true);
  return page === undefined ? <Spinner label={t`Loading…`} /> : <page.SettingsPage {...props} />;
}

function Search(props: Parameters<typeof SearchPalette>[0]): ReactElement | null {
  const palette = useLater(searchPalette, true);
  return palette === undefined ? null : <palette.SearchPalette {...props} />;
}

function Shortcuts({ onClose }: { readonly onClose: () => void }): ReactElement | null {
  const sheet = useLater(shortcutsSheet, true);
  return sheet === undefined ? null : <sheet.ShortcutsSheet onClose={onClose} />;
}

/** Loads chats, models and drafts, keeps them up to date, and clears them when the vault locks. */
function useChatData(): void {
  useEffect(() => {
    void loadConversations();
    void loadConversations(PINNED);
    void loadLabels();
    void loadModels();
    void loadDrafts();
    void loadNewSettings();
    const stops = [
      onPageEvent((event) => {
        applyToList(event);
        applyToDrafts(event);
        applyToSettings(event);
        applyToModels(event);
      }),
      watchDrafts(),
      watchPrivateChats(),
      watchPageEvents(),
    ];
    return () => {
      for (const stop of stops) stop();
      clearConversations();
      closeChats();
      clearDrafts();
      clearSettings();
      soughtWords.set(undefined);
    };
  }, []);
}

/**
 * Loads the table of actions and runs them by their keys. The search is there first: text that is typed just after
 * its key isn't lost.
 */
function useActions(): void {
  const table = useLater(actionTable, true);
  const search = useLater(searchPalette, true);
  useEffect(() => {
    return table === undefined || search === undefined ? undefined : table.offerActions();
  }, [table, search]);
  // Before the page is painted, so that no key is lost that is pressed as soon as it is seen.
  useLayoutEffect(() => {
    window.addEventListener('keydown', runByKey);
    return () => {
      window.removeEventListener('keydown', runByKey);
      overlay.set(undefined);
      sidebar.set(SIDEBAR_AT_FIRST);
    };
  }, []);
}

function runByKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || isComposing(event)) return;
  if (actions.get().length === 0) {
    const stop = actions.subscribe(() => {
      stop();
      runByKey(event);
    });
    return;
  }
  const action = actionFor(event, isTyping(event.target));
  if (action === undefined) return;
  // Also while a dialog is open: otherwise the browser would do something else.
  event.preventDefault();
  const isBlocked = document.querySelector('dialog[open]') !== null;
  if (!isBlocked && (!event.repeat || action.repeats === true)) action.run();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select'))
  );
}

function closeOverlay(): void {
  overlay.set(undefined);
}

function skipToComposer(event: { preventDefault: () => void }): void {
  event.preventDefault();
  focusComposer();
}

function skipToContent(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
