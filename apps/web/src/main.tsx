import '@fontsource-variable/geist';
import '@fontsource-variable/geist/wght-italic.css';
import '@fontsource-variable/geist-mono';
import '@fontsource-variable/newsreader/opsz.css';
import './theme/tokens.css';
import './theme/base.css';
import './controls/button.css';
import './controls/spinner.css';
import './controls/text-field.css';
import './controls/notice.css';
import './controls/copy-field.css';
import './controls/keys.css';
import './controls/dialog.css';
import './controls/toasts.css';
import './controls/gate.css';
import './controls/page-head.css';
import './shell/lost-connection.css';
import './shell/main.css';
import './sidebar/sidebar.css';
import './markdown/link-dialog.css';
import './markdown/typed-text.css';
import './chat/chat-page.css';
import './chat/message-list.css';
import './chat/message-view.css';
import './chat/part-view.css';
import './chat/empty-chat.css';
import './chat/composer.css';
import './models/models.css';
import './search/search.css';
import { StrictMode, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { modelPicker } from './models/later-picker.ts';
import { settingsPanel } from './chat-settings/later-panel.ts';
import { exportDialog } from './chat/later-export.ts';
import { privateChatParts } from './chat/later-private-chat.ts';
import { chatExtras } from './chat/later-extras.ts';
import { turnParts } from './chat/later-turns.ts';
import { highlighting } from './markdown/highlighting.ts';
import { blockTools } from './markdown/later-tools.ts';
import { maths } from './markdown/maths.ts';
import { App, keepStateFresh } from './shell/app.tsx';
import { Crash } from './shell/crash.tsx';
import { settingsPage, shortcutsSheet, signedOutPage, unlockPage } from './shell/later-pages.ts';
import { organiseLater } from './sidebar/later-organise.ts';
import { language, startLanguage } from './languages/language.ts';
import { start, watchSession } from './session/session.ts';
import { useStore } from './state/store.ts';
import { consumeLaunchCode, watchLaunchCodes } from './sign-in/launch-code.ts';
import { showRememberedAppearance } from './theme/theme.ts';

const LOAD_REST_AFTER_MS = 500;

showRememberedAppearance();
watchSession();
keepStateFresh();
watchLaunchCodes((code) => void start(code));
void start(consumeLaunchCode());
void startLanguage().then(showPage);

/** Everything is rendered anew when the language changes, so that every text is read again. */
function Localized(): ReactElement {
  return <App key={useStore(language)} />;
}

function showPage(): void {
  const root = document.getElementById('root');
  if (root === null) return;
  createRoot(root).render(
    <StrictMode>
      <Crash>
        <Localized />
      </Crash>
    </StrictMode>,
  );
}

// What answers usually need is loaded when the page has been shown, so that it is there when an answer comes.
addEventListener('load', () => {
  setTimeout(() => {
    void highlighting.load();
    void maths.load();
    void blockTools.load();
    void privateChatParts.load();
    void chatExtras.load();
    void organiseLater.load();
    void turnParts.load();
    void settingsPage.load();
    void modelPicker.load();
    void settingsPanel.load();
    void shortcutsSheet.load();
    void signedOutPage.load();
    void unlockPage.load();
    void exportDialog.load();
  }, LOAD_REST_AFTER_MS);
});
