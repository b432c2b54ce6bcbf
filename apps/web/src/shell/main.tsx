import type { AppState } from '@postern/protocol';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import { onPageEvent, watchPageEvents } from '../conversations/page-events.ts';
import { closeChats } from '../chat/chat.ts';
import { ChatPage } from '../chat/chat-page.tsx';
import {
  applyToSettings,
  clearSettings,
  loadNewSettings,
  settingsOpen,
} from '../chat-settings/chat-settings.ts';
import { focusComposer } from '../chat/compose-requests.ts';
import { applyToDrafts, clearDrafts, loadDrafts, watchDrafts } from '../chat/drafts.ts';
import { soughtWords } from '../conversations/sought-words.ts';
import {
  applyToList,
  clearConversations,
  loadConversations,
} from '../conversations/conversation-list.ts';
import { loadLabels } from '../conversations/labels.ts';
import { PINNED, shownConversations } from '../conversations/shown-lists.ts';
import { watchPrivateChats } from '../conversations/private-chats.ts';
import { isComposing } from '../controls/composition.ts';
import { applyToModels, loadModels } from '../models/models.ts';
import { SearchPalette } from '../search/search-palette.tsx';
import type { SettingsPage } from '../settings/settings-page.tsx';
import { useLater } from '../state/later.ts';
import { Spinner } from '../controls/spinner.tsx';
import { settingsPage, shortcutsSheet } from './later-pages.ts';
import { currentRoute, navigate, useRoute } from '../navigation/route.ts';
import { commandFor, type Command } from '../shortcuts/shortcuts.ts';
import { Sidebar } from '../sidebar/sidebar.tsx';

type Overlay = 'search' | 'shortcuts' | undefined;

/** The page of an unlocked vault: the sidebar beside a chat or the settings. */
export function Main({ state }: { readonly state: AppState }): ReactElement {
  const route = useRoute();
  const [overlay, setOverlay] = useState<Overlay>();
  const [sidebar, setSidebar] = useState<SidebarState>({ shown: true, drawer: false });
  useChatData();

  const closeOverlay = useCallback(() => {
    setOverlay(undefined);
  }, []);
  const closeDrawer = useCallback(() => {
    setSidebar((now) => ({ ...now, drawer: false }));
  }, []);
  const toggleSidebar = useCallback(() => {
    setSidebar(toggled);
  }, []);
  const run = useCallback(
    (command: Command): void => {
      if (command === 'search' || command === 'shortcuts') setOverlay(command);
      else if (command === 'sidebar') toggleSidebar();
      else if (command === 'chat-settings') settingsOpen.set(true);
      else goBy(command);
    },
    [toggleSidebar],
  );
  useShortcuts(run, overlay === undefined);

  return (
    <div
      className="main"
      data-sidebar={sidebar.shown ? 'shown' : 'hidden'}
      data-drawer={sidebar.drawer}
    >
      <a className="skip" href="#content" onClick={skipToContent}>
        Skip to content
      </a>
      {route.at !== 'settings' && (
        <a className="skip" href="#content" onClick={skipToComposer}>
          Skip to message field
        </a>
      )}
      <Sidebar route={route} onCommand={run} onLeave={closeDrawer} />
      <button
        type="button"
        className="drawer-shade"
        aria-label="Close sidebar"
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
      {overlay === 'search' && <SearchPalette onClose={closeOverlay} />}
      {overlay === 'shortcuts' && <Shortcuts onClose={closeOverlay} />}
    </div>
  );
}

function Settings(props: Parameters<typeof SettingsPage>[0]): ReactElement {
  const page = useLater(settingsPage, true);
  return page === undefined ? <Spinner label="Loading…" /> : <page.SettingsPage {...props} />;
}

function Shortcuts({ onClose }: { readonly onClose: () => void }): ReactElement | null {
  const sheet = useLater(shortcutsSheet, true);
  return sheet === undefined ? null : <sheet.ShortcutsSheet onClose={onClose} />;
}

interface SidebarState {
  /** On wide screens. */
  readonly shown: boolean;
  /** On narrow screens, where it covers the content. */
  readonly drawer: boolean;
}

function toggled(now: SidebarState): SidebarState {
  return window.matchMedia('(width < 52rem)').matches
    ? { ...now, drawer: !now.drawer }
    : { ...now, shown: !now.shown };
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

function useShortcuts(run: (command: Command) => void, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return undefined;
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isComposing(event)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      const command = commandFor(event, isTyping(event.target));
      if (command === undefined) return;
      event.preventDefault();
      run(command);
    };
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener('keydown', press);
    };
  }, [run, enabled]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input, textarea, select'))
  );
}

function goBy(
  command: Exclude<Command, 'search' | 'shortcuts' | 'sidebar' | 'chat-settings'>,
): void {
  if (command === 'new-chat' || command === 'new-private-chat') {
    navigate({ at: command === 'new-chat' ? 'new' : 'private' });
    focusComposer();
  } else if (command === 'settings') {
    navigate({ at: 'settings', section: 'providers' });
  } else {
    goToNeighbour(command === 'earlier-chat' ? 1 : -1);
  }
}

function goToNeighbour(step: number): void {
  const conversations = shownConversations();
  const route = currentRoute();
  const at =
    route.at === 'conversation' ? conversations.findIndex(({ id }) => id === route.id) : -1;
  const next = conversations[Math.max(0, at + step)];
  if (next !== undefined) navigate({ at: 'conversation', id: next.id });
}

function skipToComposer(event: { preventDefault: () => void }): void {
  event.preventDefault();
  focusComposer();
}

function skipToContent(event: { preventDefault: () => void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
