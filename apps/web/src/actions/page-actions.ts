import type { Appearance } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { storeDrafts } from '../chat/drafts.ts';
import { showToast } from '../controls/toasts.tsx';
import { navigate, SETTINGS_SECTIONS } from '../navigation/route.ts';
import { lockNow } from '../session/lock-now.ts';
import { applySettings, session, signOut } from '../session/session.ts';
import { SECTION_TITLES } from '../settings/section-titles.ts';
import type { Action } from '../shortcuts/action.ts';
import { overlay } from '../state/overlay.ts';
import { toggleSidebar } from '../state/sidebar.ts';
import { showAppearance } from '../theme/theme.ts';

/** Actions of the page as a whole. */
export const PAGE_ACTIONS: readonly Action[] = [
  {
    id: 'search',
    label: 'Search chats and actions',
    group: 'General',
    words: 'find palette',
    keys: ['Mod K'],
    run: (): void => {
      overlay.set({ at: 'search', query: '' });
    },
  },
  {
    id: 'all-actions',
    label: 'Show all actions',
    group: 'General',
    words: 'commands palette',
    keys: ['Mod Shift K'],
    run: (): void => {
      overlay.set({ at: 'search', query: '>' });
    },
  },
  {
    id: 'shortcuts',
    label: 'Show keyboard shortcuts',
    group: 'General',
    words: 'keys help',
    keys: ['?', 'Mod /'],
    run: (): void => {
      overlay.set({ at: 'shortcuts' });
    },
  },
  {
    id: 'sidebar',
    label: 'Show or hide the sidebar',
    group: 'General',
    keys: ['Mod B'],
    run: toggleSidebar,
  },
  ...appearanceActions(),
  {
    id: 'lock',
    label: 'Lock now',
    group: 'General',
    keys: ['Mod Alt L'],
    run: () => void storeDrafts().then(lockNow),
  },
  {
    id: 'sign-out',
    label: 'Sign out this browser',
    group: 'General',
    words: 'log out',
    run: () => void storeDrafts().then(signOut),
  },
];

/** One for each section of the settings. */
export const SETTINGS_ACTIONS: readonly Action[] = [
  {
    id: 'settings',
    label: 'Open settings',
    group: 'Settings',
    words: 'preferences options',
    keys: ['Mod ,'],
    run: (): void => {
      navigate({ at: 'settings', section: 'providers' });
    },
  },
  ...SETTINGS_SECTIONS.map((section): Action => ({
    id: `settings-${section}`,
    label: `Settings: ${SECTION_TITLES[section]}`,
    group: 'Settings',
    words: 'preferences options',
    run: (): void => {
      navigate({ at: 'settings', section });
    },
  })),
];

function appearanceActions(): readonly Action[] {
  return [
    themeAction('theme-light', 'Use the light theme', { theme: 'light' }),
    themeAction('theme-dark', 'Use the dark theme', { theme: 'dark' }),
    themeAction('theme-system', 'Use the theme of the system', { theme: 'system' }),
    themeAction('contrast-high', 'Use high contrast', { contrast: 'high' }),
    themeAction('contrast-normal', 'Use normal contrast', { contrast: 'normal' }),
  ];
}

function themeAction(id: string, label: string, wanted: Partial<Appearance>): Action {
  return {
    ...{ id, label, group: 'General', words: 'appearance mode colours' },
    isAvailable: (): boolean => {
      const now = shownAppearance();
      return (
        now !== undefined && Object.entries(wanted).some(([name, value]) => now[name] !== value)
      );
    },
    run: () => void changeAppearance(wanted),
  };
}

function shownAppearance(): (Appearance & Readonly<Record<string, unknown>>) | undefined {
  const now = session.get();
  return now.at === 'open' ? { ...now.state.settings } : undefined;
}

async function changeAppearance(wanted: Partial<Appearance>): Promise<void> {
  const before = shownAppearance();
  if (before === undefined) return;
  showAppearance({ ...before, ...wanted });
  const changed = await appApi.changeSettings(wanted);
  if (changed.ok) applySettings(changed.value);
  else {
    showAppearance(before);
    showToast(`Couldn’t change the appearance. ${changed.failure.message}`, { tone: 'danger' });
  }
}
