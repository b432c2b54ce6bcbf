import { t } from '@lingui/core/macro';
import type { Element, ElementContent } from 'hast';
import {
  createContext,
  memo,
  use,
  useDeferredValue,
  useMemo,
  useState,
  type ReactElement,
  type ReactNode,
} from 'react';
import { useLater } from '../state/later.ts';
import { bracketMathsToDollars } from './bracket-maths.ts';
import { CodeBlock } from './code-block.tsx';
import { markdownToElements } from './grammar.ts';
import { diagrams } from './later-diagrams.ts';
import { blockTools } from './later-tools.ts';
import { maths } from './maths.ts';
import { FootnoteLink, ImageLink, SafeLink } from './safe-link.tsx';
import { createBlockSplitter } from './split-blocks.ts';
import { steadyPart } from './steady-part.ts';
import { toReact, type Components } from './to-react.ts';
import './markdown.css';
import './code-colours.css';

/** Characters rendered at once; the rest of a longer text follows in a deferred render. */
const AT_ONCE = 20_000;

/** Maths between dollars, or a code block in the language `math`. */
const MAYBE_MATHS = /\$|math/;

/**
 * Renders the Markdown of models: streaming and history. Nothing in the text
 * becomes HTML, is fetched, or opens without a click.
 */
export const Markdown = memo(function Markdown(props: {
  readonly text: string;
  /** The text is still streaming. */
  readonly growing?: boolean;
}): ReactElement {
  const { text, growing = false } = props;
  const [splitter] = useState(createBlockSplitter);
  // Rendering yields to user input such as typing.
  const shown = useDeferredValue(text, text.slice(0, AT_ONCE));
  // An urgent render has the text of before, to which the splitter would have to go back.
  const { blocks, definitions } = useMemo(
    () => splitter.split(bracketMathsToDollars(shown)),
    [splitter, shown],
  );
  const last = blocks.length - 1;
  return (
    <Growing value={growing}>
      <div className="md" data-growing={growing || undefined}>
        {blocks.map((source, index) => (
          <Block
            // A block keeps its index while the text grows.
            key={index}
            source={growing && index === last ? steadyPart(source) : source}
            definitions={definitions !== '' && source.includes('[') ? definitions : ''}
            growing={growing && index === last}
          />
        ))}
      </div>
    </Growing>
  );
});

const Block = memo(function Block(props: {
  readonly source: string;
  readonly definitions: string;
  readonly growing: boolean;
}): ReactElement {
  const { source, definitions, growing } = props;
  const katex = useLater(maths, MAYBE_MATHS.test(source));
  const elements = useMemo(() => {
    const text = source + definitions;
    const tree = markdownToElements(text);
    katex?.renderMaths(tree, text);
    return toReact(tree, { components: COMPONENTS, maths: katex?.mathsToReact });
  }, [source, definitions, katex]);
  const written = useMemo(() => ({ source, growing }), [source, growing]);
  return <Written value={written}>{elements}</Written>;
});

/** The Markdown of the block, and whether it is still streaming. */
const Written = createContext({ source: '', growing: false });

/** Whether any block of the text is still streaming. */
const Growing = createContext(false);

const COMPONENTS: Components = {
  pre: ({ node }) => <Code pre={node} />,
  // Headings in answers rank below those of the page.
  h1: 'h3',
  h2: 'h4',
  h3: 'h5',
  h4: ({ children }) => <h6 dir="auto">{children}</h6>,
  h5: ({ children }) => (
    <h6 dir="auto" data-depth="5">
      {children}
    </h6>
  ),
  h6: ({ children }) => (
    <h6 dir="auto" data-depth="6">
      {children}
    </h6>
  ),
  a: ({ href, children, ...rest }) =>
    href?.startsWith('#') === true ? (
      <FootnoteLink target={href.slice(1)} label={rest['aria-label']}>
        {children}
      </FootnoteLink>
    ) : (
      <SafeLink href={href}>{children}</SafeLink>
    ),
  img: ({ src, alt }) => <ImageLink src={src} alt={alt} />,
  table: ({ children, dir, node }) => (
    <Table dir={dir} table={node}>
      {children}
    </Table>
  ),
  input: ({ checked }) => (
    <input
      type="checkbox"
      checked={checked === true}
      disabled
      aria-label={checked === true ? t`done` : t`to do`}
    />
  ),
};

function Table(props: {
  readonly table: Element | undefined;
  readonly dir: string | undefined;
  readonly children: ReactNode;
}): ReactElement {
  const { table, dir, children } = props;
  const { source, growing } = use(Written);
  const tools = useLater(blockTools, !growing);
  return (
    <>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
      <div className="md-table" tabIndex={0} role="region" aria-label={t`Table`}>
        <table dir={dir}>{children}</table>
      </div>
      {tools !== undefined && table !== undefined && (
        <tools.TableTools table={table} source={source} />
      )}
    </>
  );
}

function Code({ pre }: { readonly pre: Element | undefined }): ReactElement {
  const { growing } = use(Written);
  const code = pre?.children.find((child) => child.type === 'element');
  const names = code?.properties.className;
  const classes = Array.isArray(names) ? names.map(String) : [];
  const language = classes.find((name) => name.startsWith('language-'))?.slice(9) ?? '';
  const text = code === undefined ? '' : textOf(code).replace(/\n$/, '');
  const shown = <CodeBlock code={text} language={language.toLowerCase()} growing={growing} />;
  return language === 'mermaid' ? <Diagram source={text}>{shown}</Diagram> : shown;
}

/** A diagram of a finished text. Until its end, it is code. */
function Diagram(props: {
  readonly source: string;
  /** The code. */
  readonly children: ReactElement;
}): ReactElement {
  const isFinished = !use(Growing);
  const later = useLater(diagrams, isFinished);
  return later === undefined ? props.children : <later.DiagramBlock source={props.source} />;
}

function textOf(node: ElementContent): string {
  if (node.type === 'text') return node.value;
  return node.type === 'element' ? node.children.map(textOf).join('') : '';
}
