import type { Page } from 'playwright-core';

// Watches every node that enters the page, however briefly, and records those that text from a
// model or a user must never create. Payloads that run set `window.ran`.
const WATCH = `(() => {
  const TAGS = new Set(['script', 'iframe', 'frame', 'frameset', 'object', 'embed', 'applet', 'base',
    'meta', 'link', 'style', 'form', 'audio', 'video', 'source', 'track', 'portal', 'template',
    'use', 'image', 'animate', 'animatemotion', 'animatetransform', 'set', 'foreignobject',
    'feimage', 'marquee', 'maction']);
  const OWN_FORMS = /^(composer|gate-form|key-form|edit-message|provider endpoint-form)$/;
  const found = new Set();
  window.auditFound = () => [...found];
  const note = (element, words) => found.add(words + ': ' + element.outerHTML.slice(0, 300));
  const checkAttribute = (element, { name, value }) => {
    if (/^on/i.test(name)) note(element, 'event handler');
    if (/^(srcdoc|formaction|action|background|poster|ping|manifest)$/i.test(name)) note(element, name);
    if (name === 'style' && /url\\(|expression|import/i.test(value)) note(element, 'style');
    if (/href$/i.test(name) && !/^(https?:|mailto:|#)/.test(value)) note(element, 'link');
    if (/^src(set)?$/i.test(name) && !/^(data:image\\/(png|jpeg|gif|webp|avif);base64,)/.test(value)) note(element, 'source');
  };
  // Vite adds the style sheets of the parts that are loaded later.
  const isOwnSheet = (element) =>
    element.parentNode === document.head && element.attributes.length === 3 &&
    element.getAttribute('rel') === 'stylesheet' && element.getAttribute('crossorigin') === '' &&
    /^\\/assets\\/[\\w-]+\\.css$/.test(element.href.replace(location.origin, ''));
  const check = (element) => {
    const tag = element.localName.toLowerCase();
    const own = tag === 'form' ? OWN_FORMS.test(element.className) : tag === 'link' && isOwnSheet(element);
    if (TAGS.has(tag) && !own) note(element, 'element');
    for (const attribute of element.attributes) checkAttribute(element, attribute);
  };
  const checkTree = (node) => {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    check(node);
    for (const inner of node.querySelectorAll('*')) check(inner);
  };
  const start = () => {
    checkTree(document.body);
    found.clear();
    new MutationObserver((records) => {
      for (const record of records) {
        for (const node of record.addedNodes) checkTree(node);
        if (record.type === 'attributes') check(record.target);
      }
    }).observe(document.documentElement, { subtree: true, childList: true, attributes: true });
  };
  document.addEventListener('DOMContentLoaded', start);
})();`;

/** Watches every page load from now on. */
export async function watchPage(page: Page): Promise<void> {
  await page.addInitScript({ content: WATCH });
  await page.reload();
}

/** Returns what was found since the page load, and whether a payload ran. */
export async function auditOf(page: Page): Promise<readonly unknown[]> {
  const found = await page.evaluate<readonly string[]>('window.auditFound()');
  const ran = await page.evaluate('window.ran');
  return ran === undefined ? found : [...found, { ran }];
}
