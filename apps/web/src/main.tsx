import '@fontsource-variable/geist';
import '@fontsource-variable/geist/wght-italic.css';
import '@fontsource-variable/geist-mono';
import '@fontsource-variable/newsreader/opsz.css';
import 'katex/dist/katex.css';
import './theme/tokens.css';
import './theme/base.css';
import './controls/controls.css';
import './shell/gate.css';
import './shell/main.css';
import './conversations/conversations.css';
import './chat/chat.css';
import './chat/composer.css';
import './models/models.css';
import './search/search.css';
import './settings/settings.css';
import './first-run/first-run.css';
import './sign-in/sign-in.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App, keepStateFresh } from './shell/app.tsx';
import { Crash } from './shell/crash.tsx';
import { start, watchSession } from './shell/session.ts';
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
