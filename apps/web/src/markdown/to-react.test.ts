import type { Element } from 'hast';
import { toJsxRuntime } from 'hast-util-to-jsx-runtime';
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { Fragment, jsx, jsxs } from 'react/jsx-runtime';
import { createLowlight, common } from 'lowlight';
import { expect, test } from 'vitest';
import { markdownToElements } from './grammar.ts';
import { renderMaths, mathsToReact } from './katex.ts';
import { toReact } from './to-react.ts';

const DOCUMENTS: Readonly<Record<string, string>> = {
  paragraphs: 'One *two* **three** ~~four~~ `five`  \nsix\n\nseven\n\n---\n',
  headings: '# a\n## b\n### c\n#### d\n##### e\n###### f',
  lists: '3. a\n4. b\n   - c\n\n- [x] done\n- [ ] to do\n\n> quote\n> > inner',
  links:
    '[a](https://x.test/?a=1&b=2 "title") <https://y.test> www.z.test [r]\n\n[r]: javascript:alert(1)',
  images: '![alt "quoted"](https://x.test/a.png "title") ![](data:text/html,x)',
  tables: '| a | b | c | d |\n| :-- | :-: | --: | --- |\n| 1 | 2 | **3** | `4` |',
  footnotes: 'a[^1] b[^2] c[^1]\n\n[^1]: One.\n[^2]: Two [link](https://x.test).',
  code: '```ts\nlet a = 1 < 2;\n```\n\n    indented\n',
  HTML: 'a <b onclick="x">b</b>\n\n<script>alert(1)</script>\n\n<img src=x onerror=y>',
  'right-to-left text': 'مرحبا `a`\n\n- שלום\n\n| א | ב |\n| - | - |\n| ג | ד |',
};

function asTheLibrary(source: string): ReactElement {
  return toJsxRuntime(markdownToElements(source), { Fragment, jsx, jsxs });
}

test.each(Object.entries(DOCUMENTS))('%s are rendered as the library does', (_name, source) => {
  const markup = renderToStaticMarkup(toReact(markdownToElements(source)));
  expect(markup).toBe(renderToStaticMarkup(asTheLibrary(source)));
  expect(markup.length).toBeGreaterThan(source.length / 2);
});

test('coloured code is rendered as the library does', () => {
  const tree = createLowlight(common).highlight('ts', 'const a: string = `x${1}`; // "<b>"');
  const expected = renderToStaticMarkup(toJsxRuntime(tree, { Fragment, jsx, jsxs }));
  expect(renderToStaticMarkup(toReact(tree))).toBe(expected);
  expect(expected).toContain('hljs-keyword');
});

test('maths is rendered by the library', () => {
  const source = 'a $x^2$ b\n\n$$\n\\frac{1}{2}\n$$\n\n$\\unknown$';
  const tree = markdownToElements(source);
  renderMaths(tree, source);
  const options = { Fragment, jsx, jsxs, ignoreInvalidStyle: true };
  const expected = renderToStaticMarkup(toJsxRuntime(tree, options));
  expect(renderToStaticMarkup(toReact(tree, { maths: mathsToReact }))).toBe(expected);
  expect(expected).toContain('<math');
});

test('a property that Markdown has no use for is dropped', () => {
  const properties = { onClick: 'alert(1)', style: 'color: red', srcSet: 'x', dir: 'rtl' };
  const link: Element = { type: 'element', tagName: 'a', properties, children: [] };
  const markup = renderToStaticMarkup(toReact({ type: 'root', children: [link] }));
  expect(markup).toBe('<a dir="rtl"></a>');
});
