import mermaid from 'mermaid';
import type { DiagramLook, FrameMessage, FrameRequest } from '../diagram-messages.ts';
import { LOOKS_OF_DIAGRAMS } from './looks.ts';
import { pictureOf } from './picture.ts';

/*
 * Runs in the frame of a diagram, which has an origin of its own and no network. Only the page can send it
 * messages that it acts on: the server lets no one else show it.
 */

/** Larger ones take seconds, and no one can read them. Characters, and lines between nodes. */
const MAX_TEXT = 30_000;
const MAX_EDGES = 400;
/** How the renderer's own error begins. */
// eslint-disable-next-line lingui/no-unlocalized-strings -- not shown
const TOO_MANY_EDGES = 'Edge limit exceeded';
const MAX_WHY = 1000;
const MAX_SIDE = 20_000;

/** Directives of a diagram may change its layout, but none of these. */
const FIXED = [
  'secure',
  'securityLevel',
  'startOnLoad',
  'maxTextSize',
  'maxEdges',
  'suppressErrorRendering',
  'htmlLabels',
  'dompurifyConfig',
  'theme',
  'themeCSS',
  'themeVariables',
  'darkMode',
  'fontFamily',
  'altFontFamily',
  'logLevel',
  'legacyMathML',
  'forceLegacyMathML',
];

// eslint-disable-next-line lingui/no-unlocalized-strings -- names of fonts
const FONT = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif';

let shown: { readonly svg: SVGSVGElement; readonly look: DiagramLook } | undefined;

function answer(message: FrameMessage): void {
  // The page's address isn't known here, and the message is for any page that may show this document.
  parent.postMessage(message, '*');
}

async function draw(source: string, look: DiagramLook): Promise<FrameMessage> {
  if (source.length > MAX_TEXT) return { kind: 'failed', isTooLarge: true, why: '' };
  const place = document.getElementById('drawing');
  if (place === null) throw new Error('no place for the diagram');
  const { isDark, ground, variables } = LOOKS_OF_DIAGRAMS[look];
  // With that of the page, the frame is transparent.
  document.documentElement.style.colorScheme = isDark ? 'dark' : 'light';
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    suppressErrorRendering: true,
    secure: FIXED,
    maxTextSize: MAX_TEXT,
    maxEdges: MAX_EDGES,
    htmlLabels: false,
    logLevel: 'fatal',
    deterministicIds: true,
    fontFamily: FONT,
    theme: 'base',
    darkMode: isDark,
    themeVariables: { ...variables, background: ground, fontFamily: FONT },
  });
  const { svg } = await mermaid.render('diagram', source);
  place.innerHTML = svg;
  const drawing = place.querySelector('svg');
  if (drawing === null) throw new Error('It is empty.');
  // Nothing in the frame can be pressed; without addresses, nothing could be opened either.
  for (const link of drawing.querySelectorAll('a')) {
    link.removeAttribute('href');
    link.removeAttributeNS('http://www.w3.org/1999/xlink', 'href');
  }
  const { width, height } = drawing.viewBox.baseVal;
  drawing.removeAttribute('width');
  drawing.removeAttribute('height');
  shown = { svg: drawing, look };
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  const sideOf = (length: number): number => Math.max(length * scale, 1);
  return { kind: 'drawn', width: sideOf(width), height: sideOf(height) };
}

async function respond(request: FrameRequest): Promise<void> {
  try {
    if (request.kind === 'draw') {
      answer(await draw(request.source, request.look));
    } else if (shown !== undefined) {
      const png = await pictureOf(shown.svg, LOOKS_OF_DIAGRAMS[shown.look].ground);
      answer({ kind: 'picture', png });
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    answer({
      kind: 'failed',
      isTooLarge: why.startsWith(TOO_MANY_EDGES),
      why: why.slice(0, MAX_WHY),
    });
  }
}

// A frame that is scrolled out of view gets no animation frames, which the renderer waits for.
window.requestAnimationFrame = (callback) =>
  window.setTimeout(() => {
    callback(performance.now());
  }, 0);

addEventListener('message', (event: MessageEvent<FrameRequest>) => {
  if (event.source === parent) void respond(event.data);
});
answer({ kind: 'ready' });
