import { t } from '@lingui/core/macro';
import type { Appearance } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { storeDrafts } from '../chat/drafts.ts';
import { showToast } from '../controls/toasts.tsx';
import { navigate, SETTINGS_SECTIONS, type SettingsSection } from '../navigation/route.ts';
import { i18n } from '../languages/i18n.ts';
import { lockNow } from '../session/lock-now.ts';
import { applySettings, session, signOut } from '../session/session.ts';
import { SECTION_TITLES } from '../settings/section-titles.ts';
import type { Action } from '../shortcuts/action.ts';
import { openWhenShown } from '../state/openers.ts';
import { overlay } from '../state/overlay.ts';
import { toggleSidebar } from '../state/sidebar.ts';
import { showAppearance } from '../theme/theme.ts';

/** Actions of the page as a whole. */
export const PAGE_ACTIONS: readonly Action[] = [
  {
    id: 'search',
    label: () => t`Search chats and actions`,
    group: 'general',
    words: () => t`find palette`,
    keys: ['Mod K'],
    run: (): void => {
      overlay.set({ at: 'search', query: '' });
    },
  },
  {
    id: 'all-actions',
    label: () => t`Show all actions`,
    group: 'general',
    words: () => t`commands palette`,
    keys: ['Mod Shift K'],
    run: (): void => {
      overlay.set({ at: 'search', query: '>' });
    },
  },
  {
    id: 'shortcuts',
    label: () => t`Show keyboard shortcuts`,
    group: 'general',
    words: () => t`keys help`,
    keys: ['?', 'Mod /'],
    run: (): void => {
      overlay.set({ at: 'shortcuts' });
    },
  },
  {
    id: 'sidebar',
    label: () => t`Show or hide the sidebar`,
    group: 'general',
    keys: ['Mod B'],
    run: toggleSidebar,
  },
  ...appearanceActions(),
  {
    id: 'export-all',
    label: () => t`Export all chats…`,
    group: 'general',
    words: () => t`save download backup markdown json html`,
    run: (): void => {
      navigate({ at: 'settings', section: 'storage' });
      openWhenShown('export-all');
    },
  },
  {
    id: 'import',
    label: () => t`Import chats…`,
    group: 'general',
    words: () => t`ChatGPT Claude Open WebUI LibreChat`,
    run: (): void => {
      navigate({ at: 'settings', section: 'import' });
    },
  },
  {
    id: 'erase',
    label: () => t`Erase everything…`,
    group: 'general',
    words: () => t`delete wipe reset`,
    run: (): void => {
      navigate({ at: 'settings', section: 'storage' });
      openWhenShown('erase');
    },
  },
  {
    id: 'create-backup',
    label: () => t`Create a backup…`,
    group: 'general',
    words: () => t`save everything export`,
    run: (): void => {
      navigate({ at: 'settings', section: 'storage' });
      openWhenShown('create-backup');
    },
  },
  {
    id: 'lock',
    label: () => t`Lock now`,
    group: 'general',
    keys: ['Mod Alt L'],
    run: () => void storeDrafts().then(lockNow),
  },
  {
    id: 'sign-out',
    label: () => t`Sign out this browser`,
    group: 'general',
    words: () => t`log out`,
    run: () => void storeDrafts().then(signOut),
  },
];

/** One for each section of the settings. */
export const SETTINGS_ACTIONS: readonly Action[] = [
  {
    id: 'settings',
    label: () => t`Open settings`,
    group: 'settings',
    words: () => t`preferences options`,
    keys: ['Mod ,'],
    run: (): void => {
      navigate({ at: 'settings', section: 'providers' });
    },
  },
  ...SETTINGS_SECTIONS.map((section): Action => ({
    id: `settings-${section}`,
    label: () => settingsLabel(section),
    group: 'settings',
    words: () => `${t`preferences options`} ${section === 'library' ? t`presets prompts` : ''}`,
    run: (): void => {
      navigate({ at: 'settings', section });
    },
  })),
];

function settingsLabel(name: SettingsSection): string {
  const section = i18n._(SECTION_TITLES[name]);
  return t`Settings: ${section}`;
}

function appearanceActions(): readonly Action[] {
  return [
    themeAction('theme-light', () => t`Use the light theme`, { theme: 'light' }),
    themeAction('theme-dark', () => t`Use the dark theme`, { theme: 'dark' }),
    themeAction('theme-system', () => t`Use the theme of the system`, { theme: 'system' }),
    themeAction('contrast-high', () => t`Use high contrast`, { contrast: 'high' }),
    themeAction('contrast-normal', () => t`Use normal contrast`, { contrast: 'normal' }),
  ];
}

function themeAction(id: string, label: () => string, wanted: Partial<Appearance>): Action {
  return {
    ...{ id, label, group: 'general', words: () => t`appearance mode colours` },
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
    const reason = changed.failure.message;
    showToast(t`Couldn’t change the appearance. ${reason}`, { tone: 'danger' });
  }
}
