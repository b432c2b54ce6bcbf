import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';
import { closeChats } from '../chat/chat.ts';
import { editedMessage } from '../chat/edited-message.ts';
import { clearSettings } from '../chat-settings/chat-settings.ts';
import { clearDrafts } from '../chat/drafts.ts';
import { soughtWords } from '../conversations/sought-words.ts';
import { clearConversations } from '../conversations/conversation-list.ts';
import { reachedStep } from '../first-run/first-run-step.ts';
import { linkRequest } from '../markdown/link-request.ts';
import { marks, models, pickedModels } from '../models/models.ts';
import { providers } from '../providers/providers.ts';
import { session } from '../session/session.ts';

// KaTeX warns in documents without a doctype, which happy-dom doesn't know.
Object.defineProperty(document, 'compatMode', { value: 'CSS1Compat' });

// The default of one second isn't enough for code that is loaded later, on a busy machine.
configure({ asyncUtilTimeout: 60_000 });

// Runs before every component test file. A page keeps its state in modules, so that it must be
// reset for the next test.
afterEach(() => {
  cleanup();
  closeChats();
  clearDrafts();
  editedMessage.set(undefined);
  clearSettings();
  soughtWords.set(undefined);
  clearConversations();
  reachedStep.set(undefined);
  linkRequest.set(undefined);
  models.set({ status: 'idle', groups: [] });
  marks.set({ favourites: [], recents: [] });
  pickedModels.set(new Map());
  providers.set({ status: 'idle', list: [] });
  session.set({ at: 'starting' });
  window.localStorage.clear();
  window.sessionStorage.clear();
  window.location.hash = '';
});
