import type { MessageId } from '@postern/protocol';
import { useEffect } from 'react';
import { createStore, useStore } from '../state/store.ts';

/** The words of a search hit that was opened. In memory only: an address would stay in the history. */
export const soughtWords = createStore<SoughtWords | undefined>(undefined);

export interface SoughtWords {
  readonly message: MessageId;
  /** As they are written in the message. */
  readonly words: readonly string[];
}

/** One value, so that messages without words don’t render again. */
export const NO_WORDS: readonly string[] = [];

const HIGHLIGHT = 'sought';
/** Scripts without spaces between words. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}]/u;

/** Returns the words to mark in a message, or none if it isn’t the hit that was opened. */
export function wordsFor(sought: SoughtWords | undefined, message: MessageId): readonly string[] {
  return sought?.message === message ? sought.words : NO_WORDS;
}

export function canMarkWords(): boolean {
  return 'highlights' in CSS;
}

/** Marks the words in the message that a search hit opened, and scrolls to the first. */
export function useMarkedWords(target: MessageId | undefined, isLoaded: boolean): void {
  const sought = useStore(soughtWords);
  useEffect(() => {
    const article = target === undefined ? null : document.getElementById(`message-${target}`);
    if (article === null || target === undefined || !isLoaded) return undefined;
    const words = wordsFor(sought, target);
    let found = canMarkWords() && markWords(article, words);
    if (!found) article.scrollIntoView({ block: 'start' });
    // A long text is rendered in parts.
    const observer = new MutationObserver(() => {
      found = markWords(article, words, !found) || found;
    });
    if (canMarkWords() && words.length > 0) {
      observer.observe(article, { subtree: true, childList: true, characterData: true });
    }
    return () => {
      observer.disconnect();
      if (canMarkWords()) CSS.highlights.delete(HIGHLIGHT);
    };
  }, [target, sought, isLoaded]);
}

function markWords(article: HTMLElement, words: readonly string[], scroll = true): boolean {
  const ranges = rangesOf(article, words);
  const first = ranges[0];
  if (first === undefined) return false;
  CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
  if (scroll) scrollTo(first, article);
  return true;
}

/** Puts the range into the middle of the view. Its element may be much higher than the view. */
function scrollTo(range: Range, article: HTMLElement): void {
  range.startContainer.parentElement?.scrollIntoView({ block: 'nearest' });
  const scroller = article.closest('.messages');
  if (scroller === null) return;
  const { top, height } = scroller.getBoundingClientRect();
  scroller.scrollTop += range.getBoundingClientRect().top - top - height / 2;
}

/** The places of whole words in the text of an element, in their order. */
export function rangesOf(element: HTMLElement, words: readonly string[]): readonly Range[] {
  if (words.length === 0) return [];
  const pattern = new RegExp(words.map(wholeWord).join('|'), 'giu');
  const ranges: Range[] = [];
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    for (const { index, 0: word } of (text.nodeValue ?? '').matchAll(pattern)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      ranges.push(range);
    }
  }
  return ranges;
}

function wholeWord(word: string): string {
  const escaped = word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return UNSPACED.test(word) ? escaped : `(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`;
}
