import { t } from '@lingui/core/macro';
import {
  HatGlasses,
  Keyboard,
  LockKeyhole,
  PanelLeftClose,
  Search,
  Settings,
  SquarePen,
} from 'lucide-react';
import type { ReactElement } from 'react';
import { storeDrafts } from '../chat/drafts.ts';
import { privateChatParts } from '../chat/later-private-chat.ts';
import { IconButton } from '../controls/button.tsx';
import { useLater } from '../state/later.ts';
import type { Conversations } from './conversations.tsx';
import { laterList } from './later-list.ts';
import { Mark } from '../controls/mark.tsx';
import type { Route } from '../navigation/route.ts';
import { lockNow } from '../session/lock-now.ts';
import { chordKeys } from '../shortcuts/chord-keys.ts';
import { useFirstChord } from '../shortcuts/bindings.ts';
import { privateChats } from '../state/private-chats.ts';
import { useSelected } from '../state/store.ts';
import { Keys } from '../controls/keys.tsx';

/** Chat list, search and settings; a drawer on narrow screens. */
export function Sidebar(props: {
  readonly route: Route;
  /** Runs the action with this id. */
  readonly onCommand: (id: string) => void;
  /** Called when a choice was made, so that a drawer can close. */
  readonly onLeave: () => void;
}): ReactElement {
  const { route, onCommand, onLeave } = props;
  const list = { active: route.at === 'conversation' ? route.id : undefined, onLeave };
  const hasPrivate = useSelected(privateChats, (all) => all.length > 0);
  const privateList = useLater(privateChatParts, hasPrivate);
  const leaveTo = (command: string) => (): void => {
    onLeave();
    onCommand(command);
  };
  return (
    <nav className="sidebar" aria-label={t`Chats`}>
      <header className="sidebar-head">
        <span className="sidebar-brand">
          <Mark size={24} />
          Postern
        </span>
        <IconButton
          label={t`Hide sidebar`}
          tipAt="left"
          onClick={() => {
            onCommand('sidebar');
          }}
        >
          <PanelLeftClose className="mirrored" aria-hidden="true" size={17} />
        </IconButton>
      </header>
      <div className="sidebar-actions">
        <div className="sidebar-new">
          <button type="button" className="sidebar-action" onClick={leaveTo('new-chat')}>
            <SquarePen aria-hidden="true" size={16} />
            {t`New chat`}
            <ActionKeys id="new-chat" />
          </button>
          <IconButton
            label={t`New private chat`}
            tipAt="left"
            aria-current={route.at === 'private' ? 'page' : undefined}
            onClick={leaveTo('new-private-chat')}
          >
            <HatGlasses aria-hidden="true" size={17} />
          </IconButton>
        </div>
        <button type="button" className="sidebar-action" onClick={leaveTo('search')}>
          <Search aria-hidden="true" size={16} />
          {t`Search`}
          <ActionKeys id="search" />
        </button>
      </div>
      {privateList !== undefined && <privateList.PrivateChatList {...list} />}
      <List {...list} />
      <SidebarFoot inSettings={route.at === 'settings'} leaveTo={leaveTo} />
    </nav>
  );
}

/** The keys of an action, if it has some. */
function ActionKeys({ id }: { readonly id: string }): ReactElement | null {
  const chord = useFirstChord(id);
  return chord === undefined ? null : <Keys keys={chordKeys(chord)} />;
}

function List(props: Parameters<typeof Conversations>[0]): ReactElement {
  const list = useLater(laterList, true);
  return list === undefined ? <div className="grow" /> : <list.Conversations {...props} />;
}

function SidebarFoot(props: {
  readonly inSettings: boolean;
  readonly leaveTo: (command: string) => () => void;
}): ReactElement {
  const { inSettings, leaveTo } = props;
  return (
    <footer className="sidebar-foot">
      <button
        type="button"
        className="sidebar-action"
        aria-current={inSettings ? 'page' : undefined}
        onClick={leaveTo('settings')}
      >
        <Settings aria-hidden="true" size={16} />
        {t`Settings`}
      </button>
      <IconButton label={t`Keyboard shortcuts`} onClick={leaveTo('shortcuts')}>
        <Keyboard aria-hidden="true" size={17} />
      </IconButton>
      <IconButton label={t`Lock now`} onClick={() => void storeDrafts().then(lockNow)}>
        <LockKeyhole aria-hidden="true" size={16} />
      </IconButton>
    </footer>
  );
}
