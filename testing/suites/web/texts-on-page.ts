import type { Page } from 'playwright-core';

/** What a screen shows, and what of it doesn't fit. */
export interface ShownTexts {
  readonly lang: string;
  readonly dir: string;
  /** The texts and labels of the interface, without those of users, models and programs. */
  readonly texts: readonly string[];
  /** Texts and controls that are cut, and those beyond the edge of the window. */
  readonly cut: readonly string[];
}

const READ = `(() => {
  const root = document.documentElement;
  const shown = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const OTHERS = 'code, pre, kbd, bdi, .md, .bubble, .notice-text, .notice-code, svg, [translate=no], body [dir=ltr], body [dir=auto]';
  const texts = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, data } = walker.currentNode;
    if (data.trim() !== '' && !parent.closest('script, option, ' + OTHERS) && shown(parent)) texts.add(data.trim());
  }
  const LABELS = ['aria-label', 'aria-description', 'placeholder', 'title', 'alt'];
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
    if (element.closest(OTHERS) || !shown(element)) continue;
    for (const name of LABELS) if (element.hasAttribute(name)) texts.add(element.getAttribute(name));
  }
  const cut = new Set();
  const note = (words, element, text = element.textContent) =>
    cut.add(words + ': ' + element.localName + '.' + element.className + ' ' + text.slice(0, 60));
  const scrolls = (element) => {
    for (; element && element !== root; element = element.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth) return true;
    }
    return false;
  };
  if (root.scrollWidth > root.clientWidth) note('scrolls sideways', root, '');
  for (const element of document.body.querySelectorAll('*')) {
    if (!shown(element) || element.closest('svg, .md, pre, .visually-hidden, .skip')) continue;
    const { left, right } = element.getBoundingClientRect();
    if ((left < -1 || right > innerWidth + 1) && !element.closest('.sidebar') && !scrolls(element)) note('beyond the edge', element);
  }
  // A title, a name or an address may end with an ellipsis.
  for (const element of document.querySelectorAll('button, button *, a, a *, label, h1, h2, h3, legend, th, p, dt, dd')) {
    if (!shown(element) || element.clientWidth < 2) continue;
    if (element.closest('.visually-hidden, body [dir=auto], body [dir=ltr]')) continue;
    if (getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1 && !scrolls(element)) note('cut', element);
  }
  const pen = document.createElement('canvas').getContext('2d');
  for (const element of document.querySelectorAll('select, input[placeholder]')) {
    if (!shown(element) || element.value === '' === (element.localName === 'select')) continue;
    const text = element.localName === 'select' ? element.selectedOptions[0].text : element.placeholder;
    const style = getComputedStyle(element);
    pen.font = style.font;
    texts.add(text);
    const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (pen.measureText(text).width > room + 1) note('cut', element, text);
  }
  return { lang: root.lang, dir: root.dir, texts: [...texts], cut: [...cut] };
})()`;

/** Reads the texts of the interface that are shown now. */
export async function readTexts(page: Page): Promise<ShownTexts> {
  return await page.evaluate<ShownTexts>(READ);
}
