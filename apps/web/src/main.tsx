import '@fontsource-variable/geist';
import '@fontsource-variable/geist/wght-italic.css';
import '@fontsource-variable/geist-mono';
import '@fontsource-variable/newsreader/opsz.css';
import 'katex/dist/katex.css';
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
import './sidebar/conversations.css';
import './markdown/link-dialog.css';
import './markdown/typed-text.css';
import './shortcuts/shortcuts-sheet.css';
import './chat/chat-page.css';
import './chat/message-list.css';
import './chat/message-view.css';
import './chat/part-view.css';
import './chat/edit-question.css';
import './chat/empty-chat.css';
import './chat/composer.css';
import './models/models.css';
import './search/search.css';
import './settings/settings-page.css';
import './providers/providers.css';
import './settings/appearance-section.css';
import './settings/storage-section.css';
import './settings/gateway-section.css';
import './first-run/first-run.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App, keepStateFresh } from './shell/app.tsx';
import { Crash } from './shell/crash.tsx';
import { start, watchSession } from './session/session.ts';
import { consumeLaunchCode } from './sign-in/launch-code.ts';
import { rememberedTheme, showTheme } from './theme/theme.ts';

showTheme(rememberedTheme());
watchSession();
keepStateFresh();
void start(consumeLaunchCode());

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Crash>
        <App />
      </Crash>
    </StrictMode>,
  );
}
