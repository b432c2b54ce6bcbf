import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, it } from 'vitest';
import { highlighting } from './highlighting.ts';
import { maths } from './maths.ts';
import { Markdown } from './markdown.tsx';

const render = (text: string): string => renderToStaticMarkup(createElement(Markdown, { text }));

describe('Markdown before the rest of the page has loaded', () => {
  it('shows code without colours, and maths as it was written', () => {
    expect(render('```ts\nlet a = 1;\n```')).toContain('<code>let a = 1;</code>');
    expect(render('a $x^2$')).toContain('x^2</code>');
  });
});

describe('Markdown', () => {
  beforeAll(async () => {
    await Promise.all([highlighting.load(), maths.load()]);
  });

  it.each([
    ['emphasis', '*a* **b** ~~c~~', '<em>a</em> <strong>b</strong> <del>c</del>'],
    ['headings one level below the page’s', '# a', '<h3 dir="auto">a</h3>'],
    ['the lowest headings differently', '##### a', '<h6 dir="auto" data-depth="5">a</h6>'],
    ['a table', '| a |\n|--|\n| b |', '<table><thead><tr><th dir="auto">a</th></tr></thead>'],
    ['a task', '- [x] a', 'aria-label="done"'],
    ['a language', '```ts\nlet a = 1;\n```', '<span class="code-language">TypeScript</span>'],
    ['colours', '```ts\nlet a = 1;\n```', '<span class="hljs-keyword">let</span>'],
    ['an unknown language', '```zz\nlet\n```', '<code>let</code>'],
    ['maths', 'a $x^2$', '<math'],
    ['maths on its own line', 'a\n\n$$x^2$$\n\nb', 'class="katex-display"'],
    ['maths on its own line in a paragraph', 'a\n$$x^2$$', 'class="katex-display"'],
    ['a formula that is wrong in the error colour', '$\\frac{$', 'color:var(--danger)'],
    [
      'emphasis that ends with Chinese punctuation',
      '**粗體。**後面',
      '<strong>粗體。</strong>後面',
    ],
    ['emphasis of a quotation', '這是**「重點」**嗎', '這是<strong>「重點」</strong>嗎'],
    ['Korean emphasis', '**한국어(언어)**는', '<strong>한국어(언어)</strong>는'],
    ['maths in a code block', '```math\nx^2\n```', '<math'],
    ['maths in LaTeX brackets', 'a \\(x^2\\)', '<math'],
    ['amounts are not maths', '$5 and $10', '>$5 and $10</p>'],
    ['amounts with words', 'from $1,000 a month to $2k', '>from $1,000 a month to $2k</p>'],
    [
      'a link definition further down',
      '[a][x]\n\nb\n\n[x]: https://c.example\n\nd\n',
      'href="https://c.example/"',
    ],
    ['a footnote', 'a[^1]\n\n[^1]: b\n', 'class="md-footnote"'],
  ])('renders %s', (_name, text, expected) => {
    expect(render(text)).toContain(expected);
  });

  it.each([
    ['a paragraph', 'שלום', '<p dir="auto">שלום</p>'],
    ['a heading', '# مرحبا', '<h3 dir="auto">مرحبا</h3>'],
    ['a list item', '- مرحبا', '<li dir="auto">مرحبا</li>'],
    ['the paragraphs of a list item', '- مرحبا\n\n  a', '<p>مرحبا</p>'],
    ['a quote', '> مرحبا', '<blockquote dir="auto">\n<p>مرحبا</p>'],
    ['code in a line', '`a` مرحبا', '<code dir="auto">a</code>'],
    ['the columns of a table', '| مرحبا | a |\n|--|--|\n| b | c |', '<table dir="rtl">'],
    ['the columns of a table in English', '| a | مرحبا |\n|--|--|\n| b | c |', '<table><thead>'],
  ])('lets the text decide the direction of %s', (_name, text, expected) => {
    expect(render(text)).toContain(expected);
  });

  it('keeps code blocks and formulas from left to right', () => {
    expect(render('```\nمرحبا\n```')).toContain('<pre dir="ltr"');
    expect(render('$\\text{مرحبا}$')).not.toContain('<code dir');
  });

  it.each([
    ['a script', '<script>alert(1)</script>'],
    ['a script inside a paragraph', 'a <script>alert(1)</script> b'],
    ['an image', '<img src=x onerror=alert(1)>'],
    ['a frame', '<iframe srcdoc="<script>alert(1)</script>"></iframe>'],
    ['a style', '<style>@import "https://a.example"</style>'],
    ['a comment', '<!-- a -->'],
    ['processing instructions', '<?a?>'],
    ['character data', '<![CDATA[a]]>'],
  ])('shows the HTML of %s as text', (_name, text) => {
    const html = render(text);
    expect(html).toContain(
      text
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;'),
    );
    expect(html.replaceAll(/<\/?(?:div|p)(?: class="md"| dir="auto")?>/g, '')).not.toContain('<');
  });

  it.each([
    ['javascript', '[a](javascript:alert(1))'],
    ['javascript in mixed case', '[a](JaVaScRiPt:alert(1))'],
    ['javascript with an entity', '[a](java&#115;cript:alert(1))'],
    ['javascript with a tab', '[a](java&Tab;script:alert(1))'],
    ['data', '[a](data:text/html;base64,PHNjcmlwdD4=)'],
    ['a path of this origin', '[a](/api/lock)'],
    ['another scheme', '[a](file:///etc/passwd)'],
    ['an autolink', '<javascript:alert(1)>'],
    ['a reference', '[a][b]\n\n[b]: vbscript:x'],
    ['maths', '$\\href{javascript:alert(1)}{a}$'],
    ['maths with an address', '$\\url{https://a.example}$'],
  ])('renders no link for %s', (_name, text) => {
    expect(render(text)).not.toMatch(/\shref=/);
  });

  it.each([
    ['an image', '![a](https://a.example/b.png)'],
    ['a reference', '![a][b]\n\n[b]: https://a.example/b.png'],
    ['data', '![a](data:image/png;base64,AAAA)'],
    ['an image inside a link', '[![a](https://a.example/b.png)](https://c.example)'],
    ['maths', '$\\includegraphics{https://a.example/b.png}$'],
  ])('fetches nothing for %s', (_name, text) => {
    expect(render(text)).not.toMatch(/<(?:img|image|picture|source)|\ssrc=|url\(/);
  });

  it.each([
    ['a link', '[a](https://b.example)'],
    ['an autolink', 'https://b.example'],
    ['mail', '<a@b.example>'],
  ])('opens %s in a new tab without a referrer', (_name, text) => {
    expect(render(text)).toContain('target="_blank" rel="noopener noreferrer"');
  });

  it.each([
    ['an endless macro', '$\\def\\a{\\a\\a}\\a$'],
    ['a broken formula', '$\\frac{$'],
    ['deep quotes', '>'.repeat(2000)],
    ['deep brackets', '['.repeat(5000)],
    ['deep lists', '1. '.repeat(3000)],
    ['many emphases', '*a_ '.repeat(3000)],
    ['a NUL', 'a\0b'],
    ['a lone surrogate', 'a\ud800b'],
  ])('survives %s', (_name, text) => {
    expect(render(text)).toContain('class="md"');
  });

  it('limits the size of a formula', () => {
    expect(render('$\\rule{9999em}{9999em}$')).not.toContain('9999em;');
  });
});
