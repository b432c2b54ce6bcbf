import {
  conversationId,
  messageId,
  providerId,
  type ConversationId,
  type MessageId,
  type ProviderId,
} from '@postern/protocol';
import { useSyncExternalStore } from 'react';

/** What the page shows. Stored in the URL fragment, which browsers never send to a server. */
export type Route =
  | { readonly at: 'new' }
  /** A new private chat. */
  | { readonly at: 'private' }
  | {
      readonly at: 'conversation';
      readonly id: ConversationId;
      /** Scroll to this message and highlight it. */
      readonly message?: MessageId;
    }
  | {
      readonly at: 'settings';
      readonly section: SettingsSection;
      /** Opens the key of this provider. */
      readonly provider?: ProviderId;
    };

export const SETTINGS_SECTIONS = [
  'providers',
  'library',
  'gateway',
  'appearance',
  'keyboard',
  'privacy',
  'storage',
  'import',
  'trash',
  'sessions',
] as const;
export type SettingsSection = (typeof SETTINGS_SECTIONS)[number];

const NEW: Route = { at: 'new' };

export function parseRoute(fragment: string): Route {
  const [place, first = '', second = ''] = fragment.replace(/^#?\/?/, '').split('/');
  if (place === 'c') {
    const id = conversationId.parse(first);
    const message = messageId.parse(second);
    if (id === undefined) return NEW;
    return { at: 'conversation', id, ...(message === undefined ? {} : { message }) };
  }
  if (place === 'settings') {
    const section = SETTINGS_SECTIONS.find((name) => name === first);
    const provider = providerId.parse(second);
    return {
      at: 'settings',
      section: section ?? 'providers',
      ...(provider === undefined ? {} : { provider }),
    };
  }
  return place === 'private' ? { at: 'private' } : NEW;
}

export function routeToFragment(route: Route): string {
  switch (route.at) {
    case 'new':
      return '#/';
    case 'private':
      return '#/private';
    case 'conversation':
      return route.message === undefined ? `#/c/${route.id}` : `#/c/${route.id}/${route.message}`;
    case 'settings':
      return `#/settings/${route.section}${route.provider === undefined ? '' : `/${route.provider}`}`;
  }
}

export function navigate(route: Route): void {
  window.location.hash = routeToFragment(route);
}

/** Replaces the current history entry. */
export function replaceRoute(route: Route): void {
  window.history.replaceState(null, '', routeToFragment(route));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

let current: { readonly fragment: string; readonly route: Route } = { fragment: '', route: NEW };

export function currentRoute(): Route {
  const fragment = window.location.hash;
  if (fragment !== current.fragment) current = { fragment, route: parseRoute(fragment) };
  return current.route;
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => {
    window.removeEventListener('hashchange', listener);
  };
}
