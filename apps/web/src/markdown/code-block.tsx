import { toJsxRuntime } from 'hast-util-to-jsx-runtime';
import { memo, useMemo, type ReactElement, type ReactNode } from 'react';
import { Fragment, jsx, jsxs } from 'react/jsx-runtime';
import { CopyButton } from '../controls/copy-button.tsx';
import { useLater } from '../state/later.ts';
import { highlighting } from './highlighting.ts';
import { languageLabel } from './language-label.ts';

/** Streaming code is highlighted again with every frame, so only short code is. */
const MAX_GROWING_LENGTH = 12_000;
const MAX_LENGTH = 200_000;

/** A code block with its language, highlighting and a copy button. */
export const CodeBlock = memo(function CodeBlock(props: {
  readonly code: string;
  readonly language: string;
  readonly growing?: boolean;
}): ReactElement {
  const { code, language, growing = false } = props;
  const max = growing ? MAX_GROWING_LENGTH : MAX_LENGTH;
  const lowlight = useLater(highlighting, language !== '' && code.length <= max);
  const coloured = useMemo(
    () => (lowlight?.registered(language) === true ? colour(lowlight, code, language) : code),
    [lowlight, code, language],
  );
  return (
    <figure className="code" aria-label={`${languageLabel(language)} code`}>
      <figcaption className="code-head">
        <span className="code-language">{languageLabel(language)}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard */}
      <pre dir="ltr" tabIndex={0}>
        <code>{coloured}</code>
      </pre>
    </figure>
  );
});

function colour(
  lowlight: NonNullable<ReturnType<typeof highlighting.get>>,
  code: string,
  language: string,
): ReactNode {
  return toJsxRuntime(lowlight.highlight(language, code), { Fragment, jsx, jsxs });
}
