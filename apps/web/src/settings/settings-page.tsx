import '../providers/providers.css';
import './settings-page.css';
import './appearance-section.css';
import './keyboard-section.css';
import './privacy-section.css';
import './storage-section.css';
import './gateway-section.css';
import './import-section.css';
import { t } from '@lingui/core/macro';
import type { AppState } from '@postern/protocol';
import { useEffect, type ReactElement } from 'react';
import { PageHead } from '../controls/page-head.tsx';
import { useScrollIntoView } from '../controls/use-scroll-into-view.ts';
import { routeToFragment, SETTINGS_SECTIONS, type SettingsSection } from '../navigation/route.ts';
import { i18n } from '../languages/i18n.ts';
import { AppearanceSection } from './appearance-section.tsx';
import { GatewaySection } from './gateway-section.tsx';
import { LibrarySection } from './library-section.tsx';
import { PrivacySection } from './privacy-section.tsx';
import { ImportSection } from './import-section.tsx';
import { ProvidersSection } from './providers-section.tsx';
import { KeyboardSection } from './keyboard-section.tsx';
import { RememberedSection } from './remembered-section.tsx';
import { SECTION_TITLES } from './section-titles.ts';
import { SessionsSection } from './sessions-section.tsx';
import { StorageSection } from './storage-section.tsx';
import { StorageDetails } from './storage-details.tsx';
import { TrashSection } from './trash-section.tsx';

export function SettingsPage(props: {
  readonly state: AppState;
  readonly section: SettingsSection;
  readonly onSidebar: () => void;
}): ReactElement {
  const { state, section, onSidebar } = props;
  useEffect(() => {
    document.title = `${i18n._(SECTION_TITLES[section])} · Postern`;
  }, [section]);
  useScrollIntoView(`settings-tab-${section}`);
  return (
    <div className="settings">
      <PageHead title={t`Settings`} onSidebar={onSidebar} />
      <div className="settings-body">
        <nav className="settings-tabs" aria-label={t`Settings`}>
          {SETTINGS_SECTIONS.map((name) => (
            <a
              key={name}
              id={`settings-tab-${name}`}
              href={routeToFragment({ at: 'settings', section: name })}
              aria-current={name === section ? 'page' : undefined}
            >
              {i18n._(SECTION_TITLES[name])}
            </a>
          ))}
        </nav>
        <div className="settings-column">
          <Section state={state} section={section} />
          <p className="settings-version">Postern {state.version}</p>
        </div>
      </div>
    </div>
  );
}

function Section(props: {
  readonly state: AppState;
  readonly section: SettingsSection;
}): ReactElement {
  switch (props.section) {
    case 'providers':
      return <ProvidersSection />;
    case 'library':
      return <LibrarySection />;
    case 'gateway':
      return <GatewaySection gatewayUrl={props.state.gatewayUrl} />;
    case 'import':
      return <ImportSection />;
    case 'appearance':
      return <AppearanceSection settings={props.state.settings} />;
    case 'keyboard':
      return <KeyboardSection />;
    case 'privacy':
      return <PrivacySection state={props.state} />;
    case 'storage':
      return (
        <>
          <StorageSection state={props.state} />
          <StorageDetails />
        </>
      );
    case 'trash':
      return <TrashSection />;
    case 'sessions':
      return (
        <>
          <SessionsSection />
          <RememberedSection />
        </>
      );
  }
}
