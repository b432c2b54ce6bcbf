import type { Element, Nodes, Root } from 'hast';
import {
  createElement,
  Fragment,
  type ComponentType,
  type ReactElement,
  type ReactNode,
} from 'react';

/**
 * The properties that Markdown's elements have, by their names in hast. Every other one is dropped. hast names them
 * as React does, except those that begin with `aria` or `data`.
 */
const PROPERTIES: ReadonlySet<string> = new Set([
  'alt',
  'ariaDescribedBy',
  'ariaLabel',
  'checked',
  'className',
  'dataFootnoteBackref',
  'dataFootnoteRef',
  'dataFootnotes',
  'dir',
  'disabled',
  'href',
  'id',
  'src',
  'start',
  'title',
  'type',
]);

/** Elements with no text of their own: React warns of the line breaks in them. */
const TABLE: ReadonlySet<string> = new Set(['table', 'thead', 'tbody', 'tr']);

/** What a component of an element gets: the properties above, by React's names. */
export interface ElementProps {
  readonly node: Element;
  readonly children?: ReactNode;
  readonly alt?: string;
  readonly checked?: boolean;
  readonly dir?: string;
  readonly href?: string;
  readonly src?: string;
  readonly 'aria-label'?: string;
}

/** What is rendered in the place of an element: another element, or a component. */
export type Components = Readonly<Partial<Record<string, string | ComponentType<ElementProps>>>>;

export interface ToReact {
  readonly components?: Components;
  /** Renders what KaTeX made, which has properties and elements of its own. */
  readonly maths?: ((element: Element) => ReactNode) | undefined;
}

/**
 * Renders the elements of Markdown, or of coloured code, as `hast-util-to-jsx-runtime` does, but without the tables
 * of every attribute of HTML and SVG, which would be a tenth of the first load.
 */
export function toReact(root: Root, options: ToReact = {}): ReactElement {
  return createElement(Fragment, null, ...root.children.map((child) => reactOf(child, options)));
}

function reactOf(node: Nodes, options: ToReact): ReactNode {
  if (node.type === 'text') return node.value;
  if (node.type !== 'element') return null;
  const { components = {}, maths } = options;
  if (node.tagName === 'span' && maths !== undefined) return maths(node);
  const children = node.children
    .filter((child) => !TABLE.has(node.tagName) || child.type === 'element')
    .map((child) => reactOf(child, options));
  const component = Object.hasOwn(components, node.tagName)
    ? components[node.tagName]
    : node.tagName;
  const properties = propertiesOf(node);
  if (typeof component !== 'function') {
    return createElement(component ?? node.tagName, properties, ...children);
  }
  return createElement(component, { ...properties, node }, ...children);
}

function propertiesOf({ tagName, properties }: Element): Record<string, unknown> {
  const converted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (PROPERTIES.has(name)) {
      converted[reactName(name)] = Array.isArray(value) ? value.join(' ') : value;
    }
  }
  const { align } = properties;
  if ((tagName === 'td' || tagName === 'th') && typeof align === 'string') {
    converted['style'] = { textAlign: align };
  }
  return converted;
}

/** `ariaLabel` is `aria-label` in React, and `dataFootnoteRef` is `data-footnote-ref`. */
function reactName(name: string): string {
  if (name.startsWith('aria')) return `aria-${name.slice(4).toLowerCase()}`;
  if (!name.startsWith('data')) return name;
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
